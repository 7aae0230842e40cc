/**
 * The median and the median absolute deviation of the last values: what a Hampel filter looks at (Davies, Gather: "The
 * identification of multiple outliers", JASA 88, 1993). Up to half of the window may be wild without moving them.
 */

export class MedianWindow {
  readonly #size: number;
  readonly #values: number[] = [];
  readonly #sorted: number[] = [];
  readonly #deviations: number[] = [];
  #next = 0;

  /** `size` values are kept, in memory proportional to it. */
  constructor(size: number, values: readonly number[] = []) {
    if (!(Number.isInteger(size) && size >= 3)) throw new RangeError(`not a window of 3 or more: ${size}`);
    this.#size = size;
    for (const value of values.slice(-size)) this.add(value);
  }

  get count(): number {
    return this.#values.length;
  }

  get isFull(): boolean {
    return this.#values.length === this.#size;
  }

  /** The upper median; 0 of nothing. */
  get median(): number {
    return this.#sorted[this.#sorted.length >> 1] ?? 0;
  }

  /** Half of all values lie within this of the median. */
  get deviation(): number {
    const middle = this.median;
    const all = this.#deviations;
    all.length = 0;
    // Both sides of the median are sorted by their distance from it: merged up to the middle, no sort is needed.
    let right = this.#sorted.length >> 1;
    let left = right - 1;
    const wanted = (this.#sorted.length >> 1) + 1;
    while (all.length < wanted) {
      const down = left >= 0 ? middle - (this.#sorted[left] ?? 0) : Infinity;
      const up = right < this.#sorted.length ? (this.#sorted[right] ?? 0) - middle : Infinity;
      if (down === Infinity && up === Infinity) break;
      if (down <= up) left -= 1;
      else right += 1;
      all.push(Math.min(down, up));
    }
    return all[all.length - 1] ?? 0;
  }

  add(value: number): void {
    if (this.isFull) {
      this.#sorted.splice(this.#placeOf(this.#values[this.#next] ?? 0), 1);
      this.#values[this.#next] = value;
      this.#next = (this.#next + 1) % this.#size;
    } else {
      this.#values.push(value);
    }
    this.#sorted.splice(this.#placeOf(value), 0, value);
  }

  /** The values from the oldest to the newest. */
  save(): readonly number[] {
    return [...this.#values.slice(this.#next), ...this.#values.slice(0, this.#next)];
  }

  /** Where the first value that is not smaller stands. */
  #placeOf(value: number): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
