/**
 * Invalidation between nodes: who writes numbers what it invalidates, who caches follows the numbers. A gap means that
 * something was missed, and nobody knows what; then all that came from that node goes (the idea of sequence-numbered
 * invalidation reports: Barbará, Imieliński: "Sleepers and Workaholics", SIGMOD 1994, section 3). Rules CI1… in SPEC.md.
 *
 *   sender    boot 7:   1: {hut}      2: {lake}     3: {hut, shed}      4: {}  (a heartbeat shows what was lost last)
 *   follower            drop hut      lost          gap: drop all       nothing to drop
 *
 * Neither sends nor keeps anything itself: a follower says what to drop, the cache does it.
 */

/** What a sender says. */
export interface Invalidation<Key> {
  /** Differs from start to start of the sender: its numbers begin anew. */
  readonly boot: string;
  /** 1, 2, 3 …; of a heartbeat, the last one that was given. */
  readonly number: number;
  /** Empty for a heartbeat. */
  readonly keys: readonly Key[];
}

export class InvalidationSender<Key> {
  readonly #boot: string;
  readonly #maxKeys: number;
  #number = 0;

  /** `boot` must differ from that of every earlier start. Throws a RangeError unless `maxKeys` is a whole number from 1. */
  constructor(boot: string, maxKeys: number) {
    if (!(Number.isInteger(maxKeys) && maxKeys >= 1))
      throw new RangeError('maxKeys must be a whole number from 1');
    this.#boot = boot;
    this.#maxKeys = maxKeys;
  }

  /** These have changed in the store: to be told to every follower, in order. */
  changed(keys: readonly Key[]): readonly Invalidation<Key>[] {
    const all: Invalidation<Key>[] = [];
    for (let at = 0; at < keys.length; at += this.#maxKeys) {
      this.#number += 1;
      all.push({ boot: this.#boot, number: this.#number, keys: keys.slice(at, at + this.#maxKeys) });
    }
    return all;
  }

  /** To be told now and then: else the loss of the last one would never be noticed. */
  heartbeat(): Invalidation<Key> {
    return { boot: this.#boot, number: this.#number, keys: [] };
  }
}

export type Heard<Key> =
  | { readonly kind: 'drop'; readonly keys: readonly Key[] }
  /** Something was missed: whatever is cached of this node may be old. */
  | { readonly kind: 'dropAll' }
  /** Of an earlier time, or known already. */
  | { readonly kind: 'ignored' };

/** Follows one sender. */
export class InvalidationFollower<Key> {
  #boot: string | undefined;
  #number = 0;

  /** Whether anything of this node may be cached: not before it was heard, and not after it was lost. */
  get isFollowing(): boolean {
    return this.#boot !== undefined;
  }

  heard({ boot, number, keys }: Invalidation<Key>): Heard<Key> {
    if (!Number.isSafeInteger(number) || number < 0) return { kind: 'ignored' };
    if (boot !== this.#boot) {
      this.#boot = boot;
      this.#number = number;
      return { kind: 'dropAll' };
    }
    const isHeartbeat = keys.length === 0;
    const expected = isHeartbeat ? this.#number : this.#number + 1;
    if (number < expected || (isHeartbeat && number === expected)) return { kind: 'ignored' };
    this.#number = number;
    return number === expected ? { kind: 'drop', keys } : { kind: 'dropAll' };
  }

  /** The sender cannot be heard: what changes there meanwhile is not known here. */
  lost(): Heard<Key> {
    if (this.#boot === undefined) return { kind: 'ignored' };
    this.#boot = undefined;
    return { kind: 'dropAll' };
  }
}
