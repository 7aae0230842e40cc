/**
 * Medians and their uncertainty. Ratios are taken within pairs measured moments
 * apart, so that a busy machine slows both; the interval is the percentile
 * bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13).
 */
import { seededRandom } from '@bothy/protocols';

/** A ratio, or a difference in the unit of its values. */
export interface RatioEstimate {
  readonly median: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}

/** Enough that the interval's ends do not depend on the seed in the second digit. */
const resamples = 10_000;
const seed = 'bench';

/** Throws on an empty list: a figure of nothing is a fault of the bench. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value that a share of all (0.99: 99 of 100) does not exceed. Throws as `median`. */
export function percentile(values: readonly number[], share: number): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    share,
  );
}

/** The median of `ours[i] / theirs[i]` with its 95 % interval; the same for the same input. */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): RatioEstimate {
  return estimate(ours, theirs, (one, other) => one / other);
}

/** The median of `ours[i] - theirs[i]`, in the same way. */
export function pairedDifference(ours: readonly number[], theirs: readonly number[]): RatioEstimate {
  return estimate(ours, theirs, (one, other) => one - other);
}

function estimate(
  ours: readonly number[],
  theirs: readonly number[],
  compared: (one: number, other: number) => number,
): RatioEstimate {
  if (ours.length !== theirs.length) throw new RangeError('pairs need as many of ours as of theirs');
  const values = ours.map((value, i) => compared(value, theirs[i] ?? Number.NaN));
  const random = seededRandom(seed);
  const medians = Array.from({ length: resamples }, () =>
    median(values.map(() => values[random.below(values.length)] ?? Number.NaN)),
  ).sort((a, b) => a - b);
  return {
    median: median(values),
    low: quantile(medians, 0.025),
    high: quantile(medians, 0.975),
    pairs: values.length,
  };
}

/** Between the two nearest values, as the R-7 definition has it. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  if (below === undefined || above === undefined) throw new RangeError('no values');
  return below + (above - below) * (at - Math.floor(at));
}
