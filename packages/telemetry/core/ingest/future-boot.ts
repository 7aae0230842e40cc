/** Starts whose number no clock gives. */
import type { Now } from '@bothy/protocols';

export const futureBoot =
  'boot is far beyond the seconds of the clock, and every later start would count as old';
const yearSeconds = 366 * 86_400;

/** Starts are counted from 1, or from the seconds of the clock; one number from nowhere would silence an edge for good. */
export function isFutureBoot(boot: number | undefined, now: Now): boolean {
  return boot !== undefined && boot > now.wallMs / 1_000 + yearSeconds;
}
