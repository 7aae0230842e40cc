/**
 * Write-behind: a write is answered at once and stored later, many in one go; of one key the last value alone (also
 * "write-back": Jouppi: "Cache Write Policies and Performance", ISCA 1993, section 2). What a crash takes is what was
 * written since the last flush, `maxDelayMs` of it at most: only for what may be lost. Rules WB1… in SPEC.md.
 *
 *   put ──▶ pending ── flush: at maxDelayMs, at maxPending, at a stop ──▶ under way ── flushed ──▶ stored
 *              ▲                                                            │
 *              └──────────────── flushFailed: unless written anew ──────────┘
 *
 * It runs no timers: `dueMs` says when the next flush is.
 */

export interface WriteBehindOptions {
  /** How long a value may wait before it is flushed; finite and above 0. */
  readonly maxDelayMs: number;
  /** Keys at which a flush is due at once; a whole number from 1. */
  readonly maxPending: number;
}

/** Times are monotonic milliseconds of one clock. */
export class WriteBehind<Key, Value> {
  readonly #options: WriteBehindOptions;
  /** In the order in which they were first written. */
  #pending = new Map<Key, Value>();
  #underWay: Map<Key, Value> | undefined;
  /** When the first of those that wait was written; of no meaning while none does. */
  #oldestMs = 0;
  /** The last flush came to nothing: the next one is no sooner for how much waits, or a store that is down is asked without a pause. */
  #hasFailed = false;

  /** Throws a RangeError for an option out of its range. */
  constructor(options: WriteBehindOptions) {
    const { maxDelayMs, maxPending } = options;
    if (!(maxDelayMs > 0 && maxDelayMs < Infinity))
      throw new RangeError('maxDelayMs must be finite and above 0');
    if (!(Number.isInteger(maxPending) && maxPending >= 1)) {
      throw new RangeError('maxPending must be a whole number from 1');
    }
    this.#options = options;
  }

  /** Keys that are not known to be stored. */
  get size(): number {
    let size = this.#pending.size;
    for (const key of this.#underWay?.keys() ?? []) if (!this.#pending.has(key)) size += 1;
    return size;
  }

  /** What was written last, stored or not; undefined when nothing is pending for this key. */
  get(key: Key): Value | undefined {
    return this.#pending.has(key) ? this.#pending.get(key) : this.#underWay?.get(key);
  }

  /**
   * Takes a value. False: so much waits that no other key fits, which is when two flushes' worth are not stored; write it
   * yourself, or refuse it. A key that is not stored yet is always taken: who wrote it past the cache would have the older
   * value after the newer one.
   */
  put(key: Key, value: Value, nowMs: number): boolean {
    const isNew = !this.#pending.has(key) && this.#underWay?.has(key) !== true;
    if (isNew && this.size >= 2 * this.#options.maxPending) return false;
    if (this.#pending.size === 0) this.#oldestMs = nowMs;
    this.#pending.set(key, value);
    return true;
  }

  /**
   * It is gone, or was written otherwise: no flush that begins from now on has it. One that is under way may: what
   * happens to it in the store has to come after that.
   */
  drop(key: Key): void {
    this.#pending.delete(key);
    this.#underWay?.delete(key);
  }

  /** When the next flush is due: a time that is over when it is at once, Infinity when nothing waits or one is under way. */
  get dueMs(): number {
    if (this.#pending.size === 0 || this.#underWay !== undefined) return Infinity;
    const isMany = this.#pending.size >= this.#options.maxPending;
    return isMany && !this.#hasFailed ? -Infinity : this.#oldestMs + this.#options.maxDelayMs;
  }

  /** What is to be written now, all in one go: say `flushed` or `flushFailed`. Empty while another flush is under way. */
  flush(): readonly (readonly [Key, Value])[] {
    if (this.#underWay !== undefined || this.#pending.size === 0) return [];
    this.#underWay = this.#pending;
    this.#pending = new Map();
    return [...this.#underWay];
  }

  /** All of it is stored. */
  flushed(): void {
    this.#underWay = undefined;
    this.#hasFailed = false;
  }

  /** Nothing of it is stored, as far as is known: it waits again, where nothing later was written. */
  flushFailed(nowMs: number): void {
    if (this.#underWay === undefined) return;
    for (const [key, value] of this.#pending) this.#underWay.set(key, value);
    this.#pending = this.#underWay;
    this.#underWay = undefined;
    this.#hasFailed = true;
    this.#oldestMs = nowMs;
  }
}
