/**
 * A quantile of a stream in five numbers: the P² algorithm (Jain, Chlamtac: "The P² algorithm for dynamic calculation
 * of quantiles and histograms without storing observations", CACM 28 (10), 1985).
 */

/** The state of an estimator, as it is stored: count, then five heights, then five positions. */
export type P2State = readonly number[];

const markers = 5;

export class P2Quantile {
  readonly #p: number;
  readonly #heights: number[];
  readonly #positions: number[];
  #count: number;

  /** `p` lies between 0 and 1. A state of another shape than `save` gives counts as none. */
  constructor(p: number, state: P2State = []) {
    if (!(p > 0 && p < 1)) throw new RangeError(`not a quantile between 0 and 1: ${p}`);
    const isWhole = state.length === 1 + 2 * markers && state.every((each) => Number.isFinite(each));
    this.#p = p;
    this.#count = isWhole ? (state[0] ?? 0) : 0;
    this.#heights = isWhole ? state.slice(1, 1 + markers) : [0, 0, 0, 0, 0];
    this.#positions = isWhole ? state.slice(1 + markers) : [1, 2, 3, 4, 5];
  }

  get count(): number {
    return this.#count;
  }

  /** The estimate; exact up to five observations, 0 before the first. */
  get value(): number {
    if (this.#count >= markers) return this.#at(2);
    if (this.#count === 0) return 0;
    return this.#at(Math.min(this.#count - 1, Math.floor(this.#p * this.#count)));
  }

  add(value: number): void {
    this.#count += 1;
    if (this.#count <= markers) return this.#first(value);
    const cell = this.#cellOf(value);
    for (let i = cell + 1; i < markers; i++) this.#positions[i] = this.#position(i) + 1;
    for (let i = 1; i < markers - 1; i++) this.#move(i);
  }

  save(): P2State {
    return [this.#count, ...this.#heights, ...this.#positions];
  }

  /** The first five are kept in order. */
  #first(value: number): void {
    let i = this.#count - 1;
    while (i > 0 && this.#at(i - 1) > value) {
      this.#heights[i] = this.#at(i - 1);
      i -= 1;
    }
    this.#heights[i] = value;
  }

  /** The cell that the value falls into; the outer markers are the extremes. */
  #cellOf(value: number): number {
    if (value < this.#at(0)) {
      this.#heights[0] = value;
      return 0;
    }
    if (value >= this.#at(4)) {
      this.#heights[4] = value;
      return 3;
    }
    let cell = 0;
    while (value >= this.#at(cell + 1)) cell += 1;
    return cell;
  }

  /** Moves an inner marker by one towards where it should be: along a parabola, or a line where that would leave its cell. */
  #move(i: number): void {
    const share = [0, this.#p / 2, this.#p, (1 + this.#p) / 2, 1][i] ?? 0;
    const wanted = 1 + (this.#count - 1) * share;
    const [left, here, right] = [this.#position(i - 1), this.#position(i), this.#position(i + 1)];
    const off = wanted - here;
    const sign = off >= 1 && right - here > 1 ? 1 : off <= -1 && left - here < -1 ? -1 : 0;
    if (sign === 0) return;
    const [below, height, above] = [this.#at(i - 1), this.#at(i), this.#at(i + 1)];
    const parabola =
      height +
      (sign / (right - left)) *
        (((here - left + sign) * (above - height)) / (right - here) +
          ((right - here - sign) * (height - below)) / (here - left));
    const isInside = below < parabola && parabola < above;
    this.#heights[i] = isInside ? parabola : this.#along(i, sign);
    this.#positions[i] = here + sign;
  }

  #along(i: number, sign: number): number {
    const step = this.#at(i + sign) - this.#at(i);
    return this.#at(i) + (sign * step) / (this.#position(i + sign) - this.#position(i));
  }

  #at(i: number): number {
    return this.#heights[i] ?? 0;
  }

  #position(i: number): number {
    return this.#positions[i] ?? 0;
  }
}
