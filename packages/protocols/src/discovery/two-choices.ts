/**
 * The power of two choices: of two candidates drawn at random the one with less load. Almost as even as asking all, and
 * unlike the least loaded of all it sends no crowd to one place when what is known of loads is old (Mitzenmacher: "The
 * Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001; "How Useful Is Old Information?", IEEE TPDS
 * 11(1), 2000). Rules TC1… in SPEC.md.
 */
import type { Random } from '../random.ts';

export interface TwoChoicesOptions {
  /** A load that was told longer ago counts as unknown; above 0. */
  readonly staleMs: number;
  /** Candidates whose load is kept; what was told longest ago goes first. A whole number from 1. */
  readonly maxEntries: number;
}

interface Known {
  load: number;
  readonly toldMs: number;
}

export class TwoChoices {
  readonly #options: TwoChoicesOptions;
  readonly #random: Random;
  /** The one told longest ago first. */
  readonly #known = new Map<string, Known>();

  /** Throws a RangeError for options out of their range. */
  constructor(options: TwoChoicesOptions, random: Random) {
    if (!(options.staleMs > 0)) throw new RangeError('staleMs must be above 0');
    if (!(Number.isSafeInteger(options.maxEntries) && options.maxEntries >= 1))
      throw new RangeError('maxEntries must be a whole number from 1');
    this.#options = options;
    this.#random = random;
  }

  /** What a candidate says of its load, in whatever unit all of them use. Throws a RangeError when it is not 0 or more. */
  told(candidate: string, load: number, monoMs: number): void {
    if (!(load >= 0)) throw new RangeError(`not a load: ${load}`);
    this.#known.delete(candidate);
    this.#known.set(candidate, { load, toldMs: monoMs });
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size > this.#options.maxEntries) this.#known.delete(oldest);
  }

  /** We add to its load by so much, which its next word will include. */
  took(candidate: string, load = 1): void {
    const known = this.#known.get(candidate);
    if (known !== undefined) known.load += load;
  }

  /** Undefined when there is no candidate. */
  choose(candidates: readonly string[], monoMs: number): string | undefined {
    return candidates[this.#draw(candidates, monoMs)];
  }

  /** All candidates, each chosen among those that are left: for who tries one after the other. */
  order(candidates: readonly string[], monoMs: number): string[] {
    const left = [...candidates];
    const order: string[] = [];
    while (left.length > 0) order.push(...left.splice(this.#draw(left, monoMs), 1));
    return order;
  }

  /** The place of the chosen one. */
  #draw(candidates: readonly string[], monoMs: number): number {
    const { length } = candidates;
    if (length <= 1) return 0;
    const first = this.#random.below(length);
    const other = this.#random.below(length - 1);
    const second = other < first ? other : other + 1;
    const [one, two] = [candidates[first], candidates[second]].map((each) => this.#loadOf(each, monoMs));
    // Of one whose load is not known nothing can be said, and the first drawn is as good as any.
    return one !== undefined && two !== undefined && two < one ? second : first;
  }

  #loadOf(candidate: string | undefined, monoMs: number): number | undefined {
    const known = candidate === undefined ? undefined : this.#known.get(candidate);
    if (known === undefined || monoMs - known.toldMs > this.#options.staleMs) return undefined;
    return known.load;
  }
}
