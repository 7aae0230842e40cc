/**
 * Finds what differs between two copies by asking both for digests of ranges, and for parts only of those that differ.
 * Rules AE5… in SPEC.md.
 */
import { type Digest, defaultFanout, type MerkleRange } from './merkle-tree.ts';

/** How far a log goes in both copies: numbers above the lower one are not compared. */
export interface ComparedLog {
  readonly key: string;
  /** First number that is compared. @default 1 */
  readonly from?: number;
  /** Last number that is compared. */
  readonly to: number;
}

/** Numbers of one log that are not alike, next to each other and in the same way. */
export interface Difference {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'differs' | 'onlyOurs' | 'onlyTheirs';
}

export interface ComparisonOptions {
  /** As that of both trees. @default 16 */
  readonly fanout?: number;
  /** Ranges asked for at once. @default 64 */
  readonly maxAsked?: number;
  /** Differences that are kept; then it ends, for the copies are not copies. @default 1000 */
  readonly maxDifferences?: number;
}

export class MerkleComparison {
  readonly #fanout: number;
  readonly #maxAsked: number;
  readonly #maxDifferences: number;
  readonly #bounds = new Map<string, { readonly from: number; readonly to: number }>();
  /** Ranges that differ, of level 1 or more; the lowest numbers last. */
  readonly #open: MerkleRange[] = [];
  readonly #found: Difference[] = [];
  #asked: readonly MerkleRange[] = [];
  #isCut = false;

  /** Throws a RangeError when a bound is not a whole number above 0. */
  constructor(logs: readonly ComparedLog[], options: ComparisonOptions = {}) {
    const { fanout = defaultFanout, maxAsked = 64, maxDifferences = 1_000 } = options;
    for (const bound of [maxAsked, maxDifferences]) {
      if (!(Number.isInteger(bound) && bound > 0)) throw new RangeError(`not a bound: ${bound}`);
    }
    this.#fanout = fanout;
    this.#maxAsked = maxAsked;
    this.#maxDifferences = maxDifferences;
    for (const { key, from = 1, to } of [...logs].sort((one, other) => (one.key < other.key ? 1 : -1))) {
      if (to < from) continue;
      this.#bounds.set(key, { from, to });
      this.#open.push(rangeAround(key, from, to, fanout));
    }
    this.#ask();
  }

  /** Ranges whose parts both copies are to be asked for. Empty once it has ended. */
  get wanted(): readonly MerkleRange[] {
    return this.#asked;
  }

  /** By key in the order of UTF-16 code units, then by number. Complete once nothing is wanted. */
  get differences(): readonly Difference[] {
    return this.#found;
  }

  /** It ended at `maxDifferences`, and there may be more. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** The parts of each wanted range, in order. False, and nothing changes, when it is not as many as were asked for. */
  take(ours: readonly (readonly Digest[])[], theirs: readonly (readonly Digest[])[]): boolean {
    const isWhole = (side: readonly (readonly Digest[])[]): boolean =>
      side.length === this.#asked.length && side.every(({ length }) => length === this.#fanout);
    if (!isWhole(ours) || !isWhole(theirs)) return false;
    const differing: MerkleRange[] = [];
    for (const [at, range] of this.#asked.entries()) {
      for (const [part, digest] of (ours[at] ?? []).entries()) {
        const other = theirs[at]?.[part] ?? '';
        if (digest === other) continue;
        const { key, level } = range;
        differing.push({ key, level: level - 1, index: range.index * this.#fanout + part });
        if (level === 1) this.#find(key, range.index * this.#fanout + part + 1, digest, other);
      }
    }
    const deeper = differing.filter((range) => range.level > 0 && this.#isWithin(range));
    this.#open.push(...deeper.reverse());
    this.#ask();
    return true;
  }

  /** Parts of one level at a time, from the lowest numbers on: so differences are found in their order. */
  #ask(): void {
    const asked: MerkleRange[] = [];
    for (let range = this.#open.pop(); range !== undefined && !this.#isCut; range = this.#open.pop()) {
      asked.push(range);
      const next = this.#open.at(-1);
      if (asked.length >= this.#maxAsked || next?.key !== range.key || next.level !== range.level) break;
    }
    this.#asked = this.#isCut ? [] : asked;
  }

  #isWithin({ key, level, index }: MerkleRange): boolean {
    const bounds = this.#bounds.get(key);
    const size = this.#fanout ** level;
    return bounds !== undefined && index * size < bounds.to && (index + 1) * size >= bounds.from;
  }

  #find(key: string, number: number, ours: Digest, theirs: Digest): void {
    const bounds = this.#bounds.get(key);
    if (bounds === undefined || number < bounds.from || number > bounds.to || this.#isCut) return;
    const kind = ours === '' ? 'onlyTheirs' : theirs === '' ? 'onlyOurs' : 'differs';
    const last = this.#found.at(-1);
    if (last?.key === key && last.to === number - 1 && last.kind === kind) {
      this.#found[this.#found.length - 1] = { ...last, to: number };
    } else if (this.#found.length < this.#maxDifferences) {
      this.#found.push({ key, from: number, to: number, kind });
    } else {
      this.#isCut = true;
    }
  }
}

/** The least range of level 1 or more that holds all these numbers. */
function rangeAround(key: string, from: number, to: number, fanout: number): MerkleRange {
  let level = 1;
  const indexOf = (number: number): number => Math.floor((number - 1) / fanout ** level);
  while (indexOf(from) !== indexOf(to)) level += 1;
  return { key, level, index: indexOf(to) };
}
