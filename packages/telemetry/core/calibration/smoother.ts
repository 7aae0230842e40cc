/** Takes the noise out of readings that come one by one, in constant memory. */

export type Smoothing =
  /** Of the last so many readings: 2 to 100. */
  | { readonly kind: 'mean' | 'median'; readonly of: number }
  /** A step has done half of its way after this time, whatever the interval. */
  | { readonly kind: 'exponential'; readonly halfLifeMs: number };

export const mostSmoothed = 100;

export class Smoother {
  readonly #smoothing: Smoothing;
  readonly #forgetAfterMs: number;
  #lastMs: number | undefined;
  #window: number[] = [];
  #level: number | undefined;

  /** After a silence of `forgetAfterMs` it begins anew: what was before says nothing about now. */
  constructor(smoothing: Smoothing, forgetAfterMs: number) {
    this.#smoothing = smoothing;
    this.#forgetAfterMs = forgetAfterMs;
  }

  /** The smoothed value after this reading. `monoMs` must not fall. */
  next(value: number, monoMs: number): number {
    const passedMs = this.#lastMs === undefined ? 0 : monoMs - this.#lastMs;
    this.#lastMs = monoMs;
    if (passedMs >= this.#forgetAfterMs) {
      this.#window = [];
      this.#level = undefined;
    }
    const smoothing = this.#smoothing;
    if (smoothing.kind === 'exponential') {
      const kept = 2 ** (-passedMs / smoothing.halfLifeMs);
      this.#level = this.#level === undefined ? value : value + kept * (this.#level - value);
      return this.#level;
    }
    this.#window.push(value);
    if (this.#window.length > smoothing.of) this.#window.shift();
    return smoothing.kind === 'mean' ? mean(this.#window) : median(this.#window);
  }
}

/** Summed anew each time: a running sum drifts away over months. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of an even number the mean of the middle two. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
