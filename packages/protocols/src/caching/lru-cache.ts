/**
 * Bounded cache: of more entries than fit, the one that was used longest ago goes; and none is older than it may be
 * (least recently used: Mattson, Gecsei, Slutz, Traiger: "Evaluation techniques for storage hierarchies", 1970; time to
 * live as in DNS, RFC 1035). Rules LR1… in SPEC.md.
 */

export interface LruCacheOptions {
  /** Entries that fit; a whole number from 1. */
  readonly maxEntries: number;
  /**
   * How long an entry may be given after it was set, however often it is used; above 0. With a time to live, every call
   * needs a time. @default Infinity
   */
  readonly ttlMs?: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly setMs: number;
}

/** Times are monotonic milliseconds of one clock; a value of undefined cannot be told from none. */
export class LruCache<Key, Value> {
  readonly #maxEntries: number;
  readonly #ttlMs: number;
  /** From the one that was used longest ago to the one used last. */
  readonly #entries = new Map<Key, Entry<Value>>();
  #nowMs = -Infinity;

  constructor({ maxEntries, ttlMs = Infinity }: LruCacheOptions) {
    if (!(Number.isSafeInteger(maxEntries) && maxEntries >= 1))
      throw new RangeError('maxEntries must be a whole number from 1');
    if (!(ttlMs > 0)) throw new RangeError('ttlMs must be above 0');
    this.#maxEntries = maxEntries;
    this.#ttlMs = ttlMs;
  }

  /** How many are held, those included whose time is over but that nobody has asked for. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value, which is now the one used last; undefined when it is not held, or its time is over. */
  get(key: Key, nowMs?: number): Value | undefined {
    this.#pass(nowMs);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (this.#nowMs >= entry.setMs + this.#ttlMs) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Holds a value from now on, in place of the one of this key. What gave way to it, if anything did. */
  set(key: Key, value: Value, nowMs?: number): { readonly key: Key; readonly value: Value } | undefined {
    this.#pass(nowMs);
    this.#entries.delete(key);
    this.#entries.set(key, { value, setMs: this.#nowMs });
    if (this.#entries.size <= this.#maxEntries) return undefined;
    for (const [oldest, entry] of this.#entries) {
      this.#entries.delete(oldest);
      return { key: oldest, value: entry.value };
    }
    return undefined;
  }

  /** Whether there was one. */
  delete(key: Key): boolean {
    return this.#entries.delete(key);
  }

  /** Deletes those whose key is meant. */
  deleteWhere(isMeant: (key: Key) => boolean): void {
    for (const key of this.#entries.keys()) if (isMeant(key)) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** A clock that goes back would make what is old young again. */
  #pass(nowMs: number | undefined): void {
    if (nowMs === undefined) {
      if (this.#ttlMs < Infinity) throw new RangeError('with a time to live every call needs a time');
      return;
    }
    if (!Number.isFinite(nowMs)) throw new RangeError(`not a monotonic time: ${nowMs}`);
    this.#nowMs = Math.max(this.#nowMs, nowMs);
  }
}
