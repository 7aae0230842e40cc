/**
 * Hashes over ranges of logs, so that two copies are compared by little (Merkle: "A Digital Signature Based on a
 * Conventional Encryption Function", CRYPTO 1987; for copies of data: DeCandia et al.: "Dynamo", SOSP 2007, section
 * 4.7). Rules AE1… in SPEC.md.
 *
 * A range of level 0 is one number of one log; one of level l is `fanout` of level l - 1. Where a range begins depends
 * on nothing but its number, so two trees have the same ranges whatever is in them.
 */

/** What an entry is known by. Empty: there is nothing. */
export type Digest = string;

/** Numbers `index * fanout^level + 1` to `(index + 1) * fanout^level` of a log. */
export interface MerkleRange {
  readonly key: string;
  readonly level: number;
  readonly index: number;
}

export interface MerkleOptions {
  /** Parts of a range: more of them are fewer rounds, and more digests in each. From 2 to 256. @default 16 */
  readonly fanout?: number;
  /**
   * The digest of a range from those of its parts, of which at least one is not empty. Collisions must be out of
   * reach, and different levels give different digests: hash the level along with the parts.
   */
  readonly join: (level: number, parts: readonly Digest[]) => Digest;
}

export const defaultFanout = 16;

export class MerkleTree {
  readonly fanout: number;
  readonly #join: MerkleOptions['join'];
  readonly #logs = new Map<string, Log>();

  /** Throws a RangeError when `fanout` is not a whole number from 2 to 256. */
  constructor({ fanout = defaultFanout, join }: MerkleOptions) {
    if (!(Number.isInteger(fanout) && fanout >= 2 && fanout <= 256)) {
      throw new RangeError(`not a fanout: ${fanout}`);
    }
    this.fanout = fanout;
    this.#join = join;
  }

  /** Logs with an entry, in the order of UTF-16 code units. */
  get keys(): readonly string[] {
    return [...this.#logs.keys()].sort();
  }

  /** The highest number that is there; 0 when none is. */
  highest(key: string): number {
    return this.#logs.get(key)?.highest ?? 0;
  }

  /** Sets, replaces or, with an empty digest, removes what is at a number. Throws a RangeError for no number from 1 on. */
  set(key: string, number: number, digest: Digest): void {
    if (!(Number.isSafeInteger(number) && number >= 1)) throw new RangeError(`not a number: ${number}`);
    const log = this.#logs.get(key) ?? { entries: new Map(), ranges: new Map(), highest: 0 };
    this.#logs.set(key, log);
    if (digest === '') log.entries.delete(number);
    else log.entries.set(number, digest);
    if (log.entries.size === 0) {
      this.#logs.delete(key);
      return;
    }
    if (digest !== '') log.highest = Math.max(log.highest, number);
    else while (!log.entries.has(log.highest)) log.highest -= 1;
    for (const [level, ranges] of log.ranges) ranges.delete(Math.floor((number - 1) / this.fanout ** level));
  }

  digest({ key, level, index }: MerkleRange): Digest {
    const log = this.#logs.get(key);
    return log === undefined ? '' : this.#digest(log, level, index);
  }

  /** Of the parts of a range of level 1 or more: `fanout` of them. */
  parts({ key, level, index }: MerkleRange): readonly Digest[] {
    const log = this.#logs.get(key);
    return Array.from({ length: this.fanout }, (_, part) =>
      log === undefined ? '' : this.#digest(log, level - 1, index * this.fanout + part),
    );
  }

  #digest(log: Log, level: number, index: number): Digest {
    if (level === 0) return log.entries.get(index + 1) ?? '';
    // Nothing is there: it need not be looked through.
    if (index * this.fanout ** level >= log.highest) return '';
    const ranges = log.ranges.get(level) ?? new Map<number, Digest>();
    log.ranges.set(level, ranges);
    const known = ranges.get(index);
    if (known !== undefined) return known;
    const parts = Array.from({ length: this.fanout }, (_, part) =>
      this.#digest(log, level - 1, index * this.fanout + part),
    );
    const digest = parts.every((part) => part === '') ? '' : this.#join(level, parts);
    ranges.set(index, digest);
    return digest;
  }
}

interface Log {
  readonly entries: Map<number, Digest>;
  /** By level, what was computed already. */
  readonly ranges: Map<number, Map<number, Digest>>;
  highest: number;
}

/** The least level at which one range holds all numbers up to `highest`, 1 at least. */
export function levelOf(highest: number, fanout: number = defaultFanout): number {
  let level = 1;
  while (fanout ** level < highest) level += 1;
  return level;
}
