/** Answers a question for history: the finest resolution of which no more is given than was asked for. */
import type { ReadingsQuery, ReadingsSeries } from '@bothy/wire';
import { Buckets } from '../blocks/buckets.ts';
import { type Span, stretchMs, sumDay } from '../days/day-readings.ts';
import type { Series } from '../days/series-book.ts';
import { hasReadings, kindOf, planRollups, type RollupPlan, storedSpan, widened } from './resolution.ts';
import { clipSpan, type Snapshot } from './snapshot.ts';
import { type Points, Thinner } from './thinning.ts';

/** `yield`s often, so that commits come in between. `series` is undefined when nothing was ever heard of it. */
export function* answerSeries(
  snapshot: Snapshot,
  series: Series | undefined,
  query: ReadingsQuery,
): Generator<void, ReadingsSeries> {
  const about = { edge: query.edge, sensor: query.sensor, ...(series?.unit ? { unit: series.unit } : {}) };
  const span = storedSpan(query, snapshot.days);
  if (series === undefined || span === undefined) {
    return { ...about, resolution: query.resolution ?? 'raw', thinned: false, stampsMs: [], mean: [] };
  }
  const { number } = series;
  const rollups = planOf(snapshot, query, span);
  if (rollups !== undefined && query.resolution !== undefined) {
    return { ...about, ...(yield* sumUp(snapshot, number, span, rollups)) };
  }
  if (hasReadings(snapshot.daysWithin(span)) || query.resolution === 'raw') {
    const all = yield* readUpTo(snapshot, number, span, query.points);
    if (all !== undefined) return { ...about, ...rawSeries(all, false) };
    if (rollups === undefined) return { ...about, ...(yield* thin(snapshot, number, span, query.points)) };
  }
  const plan = rollups ?? widened('1h', span.fromMs, span.toMs, query.points);
  return { ...about, ...(yield* sumUp(snapshot, number, span, plan)) };
}

/** Undefined: readings as they are, thinned when they are too many. */
function planOf(snapshot: Snapshot, query: ReadingsQuery, span: Span): RollupPlan | undefined {
  const { resolution, points } = query;
  const { fromMs, toMs } = span;
  if (resolution === 'raw') return undefined;
  if (resolution !== undefined) return widened(resolution, fromMs, toMs, points);
  const days = snapshot.daysWithin(span);
  const plan = planRollups(fromMs, toMs, points, days);
  // Of a few minutes, lowest and highest of short stretches show more than one mean a minute would.
  const isCoarse = plan.resolution === '1m' && ((toMs - fromMs) / plan.widthMs) * 2 < points;
  return isCoarse && hasReadings(days) ? undefined : plan;
}

type Answer = Omit<ReadingsSeries, 'edge' | 'sensor' | 'unit'>;

function rawSeries({ stampsMs, values }: Points, thinned: boolean): Answer {
  return { resolution: 'raw', thinned, stampsMs, mean: values };
}

/** Undefined when they are more. */
function* readUpTo(
  snapshot: Snapshot,
  series: number,
  span: Span,
  most: number,
): Generator<void, Points | undefined> {
  const points: Points = { stampsMs: [], values: [] };
  for (const { stamps, values } of snapshot.readings(series, span)) {
    if (points.stampsMs.length + stamps.length > most) return undefined;
    for (let i = 0; i < stamps.length; i++) {
      points.stampsMs.push(stamps[i] ?? 0);
      points.values.push(values[i] ?? 0);
    }
    yield;
  }
  return points;
}

function* thin(snapshot: Snapshot, series: number, span: Span, points: number): Generator<void, Answer> {
  const thinner = new Thinner(span.fromMs, span.toMs, points);
  for (const { stamps, values } of snapshot.readings(series, span)) {
    for (let i = 0; i < stamps.length; i++) thinner.add(stamps[i] ?? 0, values[i] ?? 0);
    yield;
  }
  return rawSeries(thinner.finish(), true);
}

/** Stretches that the span touches are given whole. */
function* sumUp(
  snapshot: Snapshot,
  series: number,
  { fromMs, toMs }: Span,
  { resolution, widthMs }: RollupPlan,
): Generator<void, Answer> {
  const whole = {
    fromMs: Math.floor(fromMs / widthMs) * widthMs,
    toMs: Math.ceil(toMs / widthMs) * widthMs,
  };
  const kind = kindOf[resolution];
  const buckets = new Buckets(widthMs);
  for (const day of snapshot.daysWithin(whole)) {
    const span = clipSpan(day, whole);
    yield* sumDay(snapshot.connection, day, series, span, kind, widthMs, buckets);
    yield;
  }
  const { stamps, values } = snapshot.head(series) ?? { stamps: [], values: [] };
  for (let i = 0; i < stamps.length; i++) {
    const stamp = stamps[i] ?? 0;
    if (stamp >= whole.fromMs && stamp < whole.toMs) buckets.add(stamp, values[i] ?? 0);
  }
  const { starts, counts, lows, highs, sums } = buckets.take();
  return {
    resolution,
    thinned: widthMs > stretchOf(resolution),
    stampsMs: [...starts],
    mean: Array.from(sums, (sum, i) => sum / (counts[i] ?? 1)),
    min: [...lows],
    max: [...highs],
    count: [...counts],
  };
}

function stretchOf(resolution: RollupPlan['resolution']): number {
  return stretchMs[kindOf[resolution]];
}
