/** The last values of a sensor, for what a dashboard starts with. */
import { dayMs } from '../days/day-number.ts';
import type { Snapshot } from './snapshot.ts';

/** [stampMs, value], oldest first, no more than `count`. */
export function* answerRecent(
  snapshot: Snapshot,
  series: number,
  count: number,
): Generator<void, [number, number][]> {
  let found: [number, number][] = [];
  const days = snapshot.daysWithin({ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER });
  for (const day of days.toReversed()) {
    const span = { fromMs: day.day * dayMs, toMs: (day.day + 1) * dayMs };
    const ofDay: [number, number][] = [];
    for (const { stamps, values } of snapshot.readingsOf(day, series, span)) {
      for (let i = Math.max(0, stamps.length - count); i < stamps.length; i++) {
        ofDay.push([stamps[i] ?? 0, values[i] ?? 0]);
      }
      if (ofDay.length > 2 * count) ofDay.splice(0, ofDay.length - count);
      yield;
    }
    found = [...ofDay, ...found].slice(-count);
    if (found.length >= count) break;
  }
  return found;
}
