/**
 * Logs whose entries are numbered from 1 without gaps and name the hash of the one before (Haber, Stornetta: "How to
 * Time-Stamp a Digital Document", Journal of Cryptology 3, 1991, section 5.1). The same hash at the same number then says
 * that all before it is the same, so two copies are compared by one hash, and where they part is found by halving.
 * Rules AE21… in SPEC.md.
 */

export interface ChainEnd {
  /** 0 when there is nothing yet. */
  readonly n: number;
  /** Of the last entry; empty when there is none. */
  readonly hash: string;
}

export interface ChainedEntry extends ChainEnd {
  /** Hash of the entry before; empty for the first. */
  readonly prev: string;
}

/**
 * Where an entry stands to the end of a log. `next`: it continues it · `held`: its number is held already, and at the end
 * its hash is too · `fork`: it is of another history · `gap`: something before it is lacking.
 */
export function chainStanding(
  end: ChainEnd,
  { n, prev, hash }: ChainedEntry,
): 'next' | 'held' | 'fork' | 'gap' {
  if (n < end.n || (n === end.n && hash === end.hash)) return 'held';
  if (n === end.n || (n === end.n + 1 && prev !== end.hash)) return 'fork';
  return n === end.n + 1 ? 'next' : 'gap';
}

/**
 * Finds the first number at which two copies of a chained log differ, of which it is known that they do at `differsAt`:
 * one question to both copies for each halving.
 */
export class ForkSearch {
  /** The copies are the same up to here. */
  #same = 0;
  /** And are not from here on. */
  #differs: number;

  /** Throws a RangeError unless `differsAt` is a whole number above 0. */
  constructor(differsAt: number) {
    if (!(Number.isSafeInteger(differsAt) && differsAt > 0))
      throw new RangeError(`not a number: ${differsAt}`);
    this.#differs = differsAt;
  }

  /** The number at which both copies are to be asked for their hash; undefined once it is found. */
  get wanted(): number | undefined {
    return this.#differs - this.#same > 1
      ? this.#same + Math.ceil((this.#differs - this.#same) / 2)
      : undefined;
  }

  /** The first number that differs, as far as is known: it is exact once nothing is wanted. */
  get from(): number {
    return this.#differs;
  }

  /** The two hashes at the wanted number; empty where a copy has nothing there. */
  take(ours: string, theirs: string): void {
    const at = this.wanted;
    if (at === undefined) return;
    if (ours === theirs && ours !== '') this.#same = at;
    else this.#differs = at;
  }
}
