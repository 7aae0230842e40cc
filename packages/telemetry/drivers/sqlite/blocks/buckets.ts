/** Readings summed up by stretches of equal length: what minutes, five minutes and hours are made of. */
import { tidySum } from './value-column.ts';

/** Columns of equal length, in order of their starts. Stretches without a reading are not there. */
export interface RollupBlock {
  /** Unix milliseconds, whole multiples of the stretch. */
  readonly starts: Float64Array;
  readonly counts: Float64Array;
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  readonly sums: Float64Array;
}

interface Bucket {
  readonly start: number;
  count: number;
  low: number;
  high: number;
  sum: number;
}

export class Buckets {
  readonly #widthMs: number;
  readonly #byStart = new Map<number, Bucket>();
  /** Readings come in order, mostly: the one before has the same stretch. */
  #last: Bucket | undefined;

  constructor(widthMs: number) {
    this.#widthMs = widthMs;
  }

  get size(): number {
    return this.#byStart.size;
  }

  add(stampMs: number, value: number): void {
    const bucket = this.#at(stampMs);
    bucket.count += 1;
    bucket.sum += value;
    if (value < bucket.low) bucket.low = value;
    if (value > bucket.high) bucket.high = value;
  }

  /** What lies within one stretch, summed up before. */
  addSum(stampMs: number, count: number, low: number, high: number, sum: number): void {
    const bucket = this.#at(stampMs);
    bucket.count += count;
    bucket.sum += sum;
    if (low < bucket.low) bucket.low = low;
    if (high > bucket.high) bucket.high = high;
  }

  /** Its stretches must not be longer than these. */
  addRollups(block: RollupBlock, fromMs = -Infinity, toMs = Infinity): void {
    for (let i = 0; i < block.starts.length; i++) {
      const start = block.starts[i] ?? 0;
      if (start < fromMs || start >= toMs) continue;
      this.addSum(start, block.counts[i] ?? 0, block.lows[i] ?? 0, block.highs[i] ?? 0, block.sums[i] ?? 0);
    }
  }

  /** `decimals` of all values, where they are known, takes the error of adding off the sums. */
  take(decimals?: number): RollupBlock {
    const all = [...this.#byStart.values()].sort((a, b) => a.start - b.start);
    return {
      starts: Float64Array.from(all, ({ start }) => start),
      counts: Float64Array.from(all, ({ count }) => count),
      lows: Float64Array.from(all, ({ low }) => low),
      highs: Float64Array.from(all, ({ high }) => high),
      sums: Float64Array.from(all, ({ sum }) => (decimals === undefined ? sum : tidySum(sum, decimals))),
    };
  }

  #at(stampMs: number): Bucket {
    const start = Math.floor(stampMs / this.#widthMs) * this.#widthMs;
    if (this.#last?.start === start) return this.#last;
    let bucket = this.#byStart.get(start);
    if (bucket === undefined) {
      // A negative zero is what adding changes nothing of, the negative zero included.
      bucket = { start, count: 0, low: Infinity, high: -Infinity, sum: -0 };
      this.#byStart.set(start, bucket);
    }
    this.#last = bucket;
    return bucket;
  }
}
