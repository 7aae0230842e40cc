/** Which resolution a question is answered in. */
import type { Resolution } from '@bothy/wire';
import type { Day } from '../days/day-book.ts';
import { dayMs } from '../days/day-number.ts';
import { hasOnlyCoarser, type Span, type StretchKind, stretchMs } from '../days/day-readings.ts';

export type RollupResolution = Exclude<Resolution, 'raw'>;
export const kindOf: Readonly<Record<RollupResolution, StretchKind>> = {
  '1m': 'minutes',
  '5m': 'fives',
  '1h': 'hours',
};

const coarser: readonly RollupResolution[] = ['1m', '5m', '1h'];

export interface RollupPlan {
  readonly resolution: RollupResolution;
  /** Of the stretches that are given: one of the resolution, or several as one. */
  readonly widthMs: number;
}

/** The part of a question about which something is stored; undefined when nothing is. `days` in order of time. */
export function storedSpan({ fromMs, toMs }: Span, days: readonly Day[]): Span | undefined {
  const [first, last] = [days[0], days[days.length - 1]];
  if (first === undefined || last === undefined) return undefined;
  const span = {
    fromMs: Math.max(fromMs, first.day * dayMs),
    toMs: Math.min(toMs, (last.day + 1) * dayMs),
  };
  return span.fromMs < span.toMs ? span : undefined;
}

/** The finest that fits and is kept for all these days; where none fits, several hours as one. */
export function planRollups(fromMs: number, toMs: number, points: number, days: readonly Day[]): RollupPlan {
  for (const resolution of coarser) {
    const widthMs = stretchMs[kindOf[resolution]];
    const isKept = !days.some((day) => hasOnlyCoarser(day, kindOf[resolution]));
    if (isKept && stretchesOf(fromMs, toMs, widthMs) <= points) return { resolution, widthMs };
  }
  return widened('1h', fromMs, toMs, points);
}

/** Several stretches as one, as few as fit. */
export function widened(
  resolution: RollupResolution,
  fromMs: number,
  toMs: number,
  points: number,
): RollupPlan {
  const baseMs = stretchMs[kindOf[resolution]];
  let times = Math.max(1, Math.floor((toMs - fromMs) / baseMs / Math.max(1, points)));
  while (times > 1 && stretchesOf(fromMs, toMs, (times - 1) * baseMs) <= points) times -= 1;
  while (stretchesOf(fromMs, toMs, times * baseMs) > Math.max(1, points) && times * baseMs < 2 ** 52)
    times += 1;
  return { resolution, widthMs: times * baseMs };
}

/** Stretches that a span touches. */
function stretchesOf(fromMs: number, toMs: number, widthMs: number): number {
  return Math.ceil(toMs / widthMs) - Math.floor(fromMs / widthMs);
}

/** Readings of all these days are still there as they came. */
export function hasReadings(days: readonly Day[]): boolean {
  return !days.some((day) => hasOnlyCoarser(day, 'readings'));
}
