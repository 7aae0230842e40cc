/** A set of whole numbers as ranges, for numbers that come mostly in order. Bounded; at the limit it refuses. */
import type { NumberRange } from './records.ts';

export type Addition = 'new' | 'known' | 'full';

export class NumberRanges {
  readonly #most: number;
  /** Inclusive ends, rising; two ranges are apart by more than one. */
  readonly #froms: number[];
  readonly #tos: number[];

  constructor(most: number, ranges: readonly NumberRange[] = []) {
    this.#most = most;
    this.#froms = ranges.map(([from]) => from);
    this.#tos = ranges.map(([, to]) => to);
  }

  get size(): number {
    return this.#froms.length;
  }

  /** The lowest range and the highest number. */
  get first(): NumberRange | undefined {
    const [from] = this.#froms;
    const [to] = this.#tos;
    return from === undefined || to === undefined ? undefined : [from, to];
  }

  get last(): number | undefined {
    return this.#tos.at(-1);
  }

  has(number: number): boolean {
    const at = this.#indexOf(number);
    return at >= 0 && number <= (this.#tos[at] ?? -Infinity);
  }

  add(number: number): Addition {
    const end = this.#tos.length - 1;
    // What comes next, nearly always.
    if (end >= 0 && number === (this.#tos[end] ?? 0) + 1) {
      this.#tos[end] = number;
      return 'new';
    }
    const at = this.#indexOf(number);
    const to = at < 0 ? -Infinity : (this.#tos[at] ?? -Infinity);
    if (number <= to) return 'known';
    const joinsLower = number === to + 1;
    const joinsHigher = number + 1 === this.#froms[at + 1];
    if (joinsLower && joinsHigher) {
      this.#tos[at] = this.#tos[at + 1] ?? number;
      this.#froms.splice(at + 1, 1);
      this.#tos.splice(at + 1, 1);
    } else if (joinsLower) this.#tos[at] = number;
    else if (joinsHigher) this.#froms[at + 1] = number;
    else if (this.#froms.length >= this.#most) return 'full';
    else {
      this.#froms.splice(at + 1, 0, number);
      this.#tos.splice(at + 1, 0, number);
    }
    return 'new';
  }

  delete(number: number): void {
    const at = this.#indexOf(number);
    const from = this.#froms[at];
    const to = this.#tos[at];
    if (from === undefined || to === undefined || number > to) return;
    const parts = [
      [from, number - 1],
      [number + 1, to],
    ].filter(([low = 0, high = 0]) => low <= high);
    this.#froms.splice(at, 1, ...parts.map(([low = 0]) => low));
    this.#tos.splice(at, 1, ...parts.map(([, high = 0]) => high));
  }

  /** How many numbers it has from `from` to `to`, both included. */
  count(from: number, to: number): number {
    let count = 0;
    for (let at = 0; at < this.#froms.length; at++) {
      const low = Math.max(from, this.#froms[at] ?? 0);
      const high = Math.min(to, this.#tos[at] ?? 0);
      if (low <= high) count += high - low + 1;
    }
    return count;
  }

  /** Takes all up to this one out. */
  dropUpTo(number: number): void {
    while (this.#tos.length > 0 && (this.#tos[0] ?? 0) <= number) {
      this.#froms.shift();
      this.#tos.shift();
    }
    const [from] = this.#froms;
    if (from !== undefined && from <= number) this.#froms[0] = number + 1;
  }

  all(): readonly NumberRange[] {
    return this.#froms.map((from, at) => [from, this.#tos[at] ?? from] as const);
  }

  /** Of the last range that begins at or below the number; -1: none does. */
  #indexOf(number: number): number {
    let low = 0;
    let high = this.#froms.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#froms[middle] ?? 0) <= number) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
