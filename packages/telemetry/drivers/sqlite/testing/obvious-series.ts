/** What a series is, computed from all readings of a sensor in the way that is easiest to read. */
import type { ReadingsQuery, ReadingsSeries, Resolution } from '@bothy/wire';
import type { StoredReading } from '../../../core/ingest/records.ts';

type Value = Pick<StoredReading, 'stampMs' | 'value'>;

const widths = { '1m': 60_000, '5m': 300_000, '1h': 3_600_000 } as const;
type Rollup = keyof typeof widths;
const rollups = ['1m', '5m', '1h'] as const;

/** `readings` in order of their stamps; `span` is the part of the question of which days are stored at all. */
export function obviousSeries(
  query: ReadingsQuery,
  unit: string | undefined,
  readings: readonly Value[],
  span: { readonly fromMs: number; readonly toMs: number },
): ReadingsSeries {
  const { edge, sensor, points, resolution } = query;
  const about = { edge, sensor, ...(unit === undefined ? {} : { unit }) };
  const within = readings.filter(({ stampMs }) => stampMs >= query.fromMs && stampMs < query.toMs);
  if (unit === undefined && readings.length === 0)
    return { ...about, ...raw([], resolution ?? 'raw', false) };
  if (!(span.fromMs < span.toMs)) return { ...about, ...raw([], resolution ?? 'raw', false) };
  if (resolution === 'raw' || resolution === undefined) {
    if (within.length <= points) return { ...about, ...raw(within, 'raw', false) };
    const minutes = (span.toMs - span.fromMs) / widths['1m'];
    const isShort = stretches(span, widths['1m']) <= points && minutes * 2 < points;
    if (resolution === 'raw' || isShort)
      return { ...about, ...raw(thinned(within, span, points), 'raw', true) };
  }
  const fits = (each: Rollup): boolean => stretches(span, widths[each]) <= points;
  const chosen = resolution ?? rollups.find(fits) ?? '1h';
  let widthMs = widths[chosen];
  while (stretches(span, widthMs) > points) widthMs += widths[chosen];
  return { ...about, ...summedUp(readings, span, chosen, widthMs) };
}

type Answer = Omit<ReadingsSeries, 'edge' | 'sensor' | 'unit'>;

function raw(values: readonly Value[], resolution: Resolution, isThinned: boolean): Answer {
  return {
    resolution,
    thinned: isThinned,
    stampsMs: values.map(({ stampMs }) => stampMs),
    mean: values.map(({ value }) => value),
  };
}

function stretches({ fromMs, toMs }: { fromMs: number; toMs: number }, widthMs: number): number {
  return Math.ceil(toMs / widthMs) - Math.floor(fromMs / widthMs);
}

/** The lowest and the highest of each stretch, in the order of their stamps. */
function thinned(values: readonly Value[], span: { fromMs: number; toMs: number }, points: number): Value[] {
  const count = Math.max(1, Math.floor(points / 2));
  const widthMs = (span.toMs - span.fromMs) / count;
  const groups = Map.groupBy(values, ({ stampMs }) =>
    Math.min(count - 1, Math.floor((stampMs - span.fromMs) / widthMs)),
  );
  return [...groups.values()].flatMap((group) => {
    const lowest = Math.min(...group.map(({ value }) => value));
    const highest = Math.max(...group.map(({ value }) => value));
    const low = group.findIndex(({ value }) => value === lowest);
    const high = group.findIndex(({ value }) => value === highest);
    if (points < 2 || low === high) return group.slice(high, high + 1);
    return [low, high].sort((a, b) => a - b).flatMap((index) => group.slice(index, index + 1));
  });
}

function summedUp(
  readings: readonly Value[],
  span: { fromMs: number; toMs: number },
  resolution: Rollup,
  widthMs: number,
): Answer {
  const fromMs = Math.floor(span.fromMs / widthMs) * widthMs;
  const toMs = Math.ceil(span.toMs / widthMs) * widthMs;
  const within = readings.filter(({ stampMs }) => stampMs >= fromMs && stampMs < toMs);
  const groups = [...Map.groupBy(within, ({ stampMs }) => Math.floor(stampMs / widthMs) * widthMs)];
  const values = groups.map(([, group]) => group.map(({ value }) => value));
  return {
    resolution,
    thinned: widthMs > widths[resolution],
    stampsMs: groups.map(([start]) => start),
    mean: values.map((group) => group.reduce((a, b) => a + b, 0) / group.length),
    min: values.map((group) => Math.min(...group)),
    max: values.map((group) => Math.max(...group)),
    count: values.map((group) => group.length),
  };
}
