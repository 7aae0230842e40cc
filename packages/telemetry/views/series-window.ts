/** One sensor's line in a window of time: history with what came since, and where it is interrupted. Rules TV3, TV4. */
import type { ReadingsSeries, Resolution } from '@bothy/wire';

export const resolutionMs: Readonly<Record<Resolution, number>> = {
  raw: 0,
  '1m': 60_000,
  '5m': 300_000,
  '1h': 3_600_000,
};

export interface SeriesLine {
  readonly edge: string;
  readonly sensor: string;
  readonly unit?: string;
  readonly resolution: Resolution;
  readonly thinned: boolean;
  readonly stampsMs: readonly number[];
  readonly mean: readonly number[];
  readonly min?: readonly number[];
  readonly max?: readonly number[];
  /** Of rollups: the readings of each stretch. */
  readonly count?: readonly number[];
}

/**
 * The line with readings that came since. Raw ones follow the last point; a rollup takes them into its stretches, and
 * there those from `askedToMs` on alone, the end of the question: what is older is counted in the answer already.
 */
export function withLive(
  series: ReadingsSeries,
  live: readonly (readonly [number, number])[],
  askedToMs: number,
): SeriesLine {
  const lastMs = series.stampsMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  const step = resolutionMs[series.resolution];
  const fresh = live.filter(([stampMs]) => stampMs > lastMs && (step === 0 || stampMs >= askedToMs));
  if (fresh.length === 0) return series;
  if (step === 0) {
    return {
      ...series,
      stampsMs: [...series.stampsMs, ...fresh.map(([stampMs]) => stampMs)],
      mean: [...series.mean, ...fresh.map(([, value]) => value)],
    };
  }
  const [stampsMs, mean] = [[...series.stampsMs], [...series.mean]];
  const [min, max, count] = [[...(series.min ?? mean)], [...(series.max ?? mean)], [...(series.count ?? [])]];
  for (const [stampMs, value] of fresh) {
    const start = Math.floor(stampMs / step) * step;
    const last = stampsMs.length - 1;
    if (last >= 0 && (stampsMs[last] ?? 0) >= start) {
      const known = count[last] ?? 1;
      mean[last] = ((mean[last] ?? 0) * known + value) / (known + 1);
      min[last] = Math.min(min[last] ?? value, value);
      max[last] = Math.max(max[last] ?? value, value);
      count[last] = known + 1;
    } else {
      stampsMs.push(start);
      for (const column of [mean, min, max]) column.push(value);
      count.push(1);
    }
  }
  return { ...series, stampsMs, mean, min, max, count };
}

/**
 * The distance between two points from which on nothing is drawn between them: three usual ones. Thinned readings come
 * in pairs (the lowest and the highest of a stretch), so there the usual distance is the one between pairs. Where
 * stretches hold several readings each, one that is empty is three that did not come.
 */
export function gapMsOf(
  line: Pick<SeriesLine, 'stampsMs' | 'resolution' | 'thinned'> & { readonly count?: readonly number[] },
): number {
  const { stampsMs, thinned, count = [] } = line;
  const stepMs = resolutionMs[line.resolution];
  const distances: number[] = [];
  for (let at = 1; at < stampsMs.length; at += 1) {
    distances.push((stampsMs[at] ?? 0) - (stampsMs[at - 1] ?? 0));
  }
  const usual = quantile(distances, thinned ? 0.75 : 0.5);
  const isFull = stepMs > 0 && usual <= stepMs && quantile(count, 0.5) >= 3;
  return Math.max(isFull ? 1.5 * stepMs : 3 * usual, 1.5 * stepMs, shortestGapMs);
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

/** Less than this is the jitter of a quick sensor. */
const shortestGapMs = 2_000;

/** A value of a column: null breaks the line, undefined has no say (another series has a point there). */
export type Cell = number | null | undefined;

export interface AlignedLines {
  /** Unix milliseconds, rising. */
  readonly stampsMs: readonly number[];
  /** For each line its columns: mean, or mean, min and max. All as long as `stampsMs`. */
  readonly columns: readonly (readonly (readonly Cell[])[])[];
}

/** Puts lines over one axis of time, with a break in the middle of every gap. */
export function alignLines(lines: readonly SeriesLine[]): AlignedLines {
  const broken = lines.map(withBreaks);
  const stampsMs = [...new Set(broken.flatMap((each) => each.stampsMs))].sort((a, b) => a - b);
  const places = new Map(stampsMs.map((stampMs, at) => [stampMs, at]));
  const columns = broken.map((each) =>
    each.columns.map((values) => {
      const column: Cell[] = new Array(stampsMs.length).fill(undefined);
      each.stampsMs.forEach((stampMs, at) => {
        column[places.get(stampMs) ?? -1] = values[at];
      });
      return column;
    }),
  );
  return { stampsMs, columns };
}

interface BrokenLine {
  readonly stampsMs: readonly number[];
  readonly columns: readonly (readonly (number | null)[])[];
}

function withBreaks(line: SeriesLine): BrokenLine {
  const gapMs = gapMsOf(line);
  const sources =
    line.min === undefined || line.max === undefined ? [line.mean] : [line.mean, line.min, line.max];
  const stampsMs: number[] = [];
  const columns: (number | null)[][] = sources.map(() => []);
  line.stampsMs.forEach((stampMs, at) => {
    const before = line.stampsMs[at - 1];
    if (before !== undefined && stampMs - before > gapMs) {
      stampsMs.push(Math.round((before + stampMs) / 2));
      for (const column of columns) column.push(null);
    }
    stampsMs.push(stampMs);
    for (const [which, column] of columns.entries()) column.push(sources[which]?.[at] ?? null);
  });
  return { stampsMs, columns };
}
