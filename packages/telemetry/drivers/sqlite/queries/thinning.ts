/** Many readings drawn with few points: the lowest and the highest of each stretch, where they were. */

/** Columns of equal length. */
export interface Points {
  readonly stampsMs: number[];
  readonly values: number[];
}

/** Readings come in order. Stretches in which nothing was read give nothing. */
export class Thinner {
  readonly #fromMs: number;
  readonly #stretchMs: number;
  readonly #last: number;
  readonly #isHalf: boolean;
  readonly #points: Points = { stampsMs: [], values: [] };
  #stretch = -1;
  #lowMs = 0;
  /** Of one stamp there may be both: they keep their order. */
  #isLowFirst = true;
  #low = 0;
  #highMs = 0;
  #high = 0;

  /** Never more than `points`, one at least; readings are from `fromMs` on and before `toMs`. */
  constructor(fromMs: number, toMs: number, points: number) {
    const stretches = Math.max(1, Math.floor(points / 2));
    this.#fromMs = fromMs;
    this.#stretchMs = (toMs - fromMs) / stretches;
    this.#last = stretches - 1;
    this.#isHalf = points < 2;
  }

  add(stampMs: number, value: number): void {
    // The last stretch takes what rounding would put behind it.
    const stretch = Math.min(this.#last, Math.floor((stampMs - this.#fromMs) / this.#stretchMs));
    if (stretch !== this.#stretch) {
      this.#close();
      this.#stretch = stretch;
      [this.#lowMs, this.#low, this.#highMs, this.#high] = [stampMs, value, stampMs, value];
      return;
    }
    if (value < this.#low) {
      [this.#lowMs, this.#low] = [stampMs, value];
      this.#isLowFirst = false;
    } else if (value > this.#high) {
      [this.#highMs, this.#high] = [stampMs, value];
      this.#isLowFirst = true;
    }
  }

  finish(): Points {
    this.#close();
    return this.#points;
  }

  #close(): void {
    if (this.#stretch < 0) return;
    const isFlat = this.#low === this.#high;
    if (this.#isHalf || isFlat) return this.#give(this.#highMs, this.#high);
    if (this.#isLowFirst) {
      this.#give(this.#lowMs, this.#low);
      this.#give(this.#highMs, this.#high);
    } else {
      this.#give(this.#highMs, this.#high);
      this.#give(this.#lowMs, this.#low);
    }
  }

  #give(stampMs: number, value: number): void {
    this.#points.stampsMs.push(stampMs);
    this.#points.values.push(value);
  }
}
