/**
 * Write-through: a write goes to the store first, and into the cache and to who asked once the store has it (Jouppi:
 * "Cache Write Policies and Performance", ISCA 1993, section 2). So the cache never says what a crash would take back.
 * Writes of one key go one after the other; of those that wait the last one alone is written, for it is what would
 * remain. Rules WT1… in SPEC.md.
 *
 *   write a ──▶ store a ────────────────▶ stored: read gives a; a is answered
 *   write b      waits ─┐                          ──▶ store c ──▶ stored: read gives c; b and c are answered
 *   write c             └─ in its place
 */

export interface WriteThroughOptions {
  /** Keys that are held; a whole number from 1. At more, a write of a new key is refused: nothing else may be dropped. */
  readonly maxEntries: number;
  /** Writers that wait for their answer in all; a whole number from 1. */
  readonly maxWaiting: number;
}

export type WriteThroughOutput<Key, Value, Writer> =
  /** Write it, null is a deletion; say `stored` or `failed` with this key. Of one key only one is out. */
  | { readonly kind: 'store'; readonly key: Key; readonly value: Value | null }
  /** It is in the store, or something later is. */
  | { readonly kind: 'written'; readonly writers: readonly Writer[] }
  /** The store would not take it: the cache says what it said before. */
  | { readonly kind: 'failed'; readonly writers: readonly Writer[] }
  | { readonly kind: 'refused'; readonly writers: readonly Writer[] };

interface Write<Value, Writer> {
  value: Value | null;
  readonly writers: Writer[];
}

interface Entry<Value, Writer> {
  out: Write<Value, Writer>;
  next: Write<Value, Writer> | undefined;
}

type Outputs<Key, Value, Writer> = readonly WriteThroughOutput<Key, Value, Writer>[];

export class WriteThrough<Key, Value, Writer> {
  readonly #options: WriteThroughOptions;
  readonly #values: Map<Key, Value>;
  readonly #busy = new Map<Key, Entry<Value, Writer>>();
  #waiting = 0;

  /** `stored` is what the store has. Throws a RangeError for an option out of its range, or more than fits. */
  constructor(options: WriteThroughOptions, stored: Iterable<readonly [Key, Value]> = []) {
    for (const [name, value] of Object.entries(options)) {
      if (!(Number.isInteger(value) && value >= 1))
        throw new RangeError(`${name} must be a whole number from 1`);
    }
    this.#options = options;
    this.#values = new Map(stored);
    if (this.#values.size > options.maxEntries)
      throw new RangeError(`more than ${options.maxEntries} entries`);
  }

  /** What the store has. Undefined: nothing. */
  read(key: Key): Value | undefined {
    return this.#values.get(key);
  }

  /** Keys that are held or about to be. */
  get size(): number {
    let size = this.#values.size;
    for (const key of this.#busy.keys()) if (!this.#values.has(key)) size += 1;
    return size;
  }

  /** Answered by exactly one `written`, `failed` or `refused`. */
  write(key: Key, value: Value | null, writer: Writer): Outputs<Key, Value, Writer> {
    const busy = this.#busy.get(key);
    const isNew = busy === undefined && !this.#values.has(key);
    const isFull =
      this.#waiting >= this.#options.maxWaiting || (isNew && this.size >= this.#options.maxEntries);
    if (isFull) return [{ kind: 'refused', writers: [writer] }];
    this.#waiting += 1;
    if (busy === undefined) {
      const out = { value, writers: [writer] };
      this.#busy.set(key, { out, next: undefined });
      return [{ kind: 'store', key, value }];
    }
    if (busy.next === undefined) busy.next = { value, writers: [writer] };
    else {
      busy.next.value = value;
      busy.next.writers.push(writer);
    }
    return [];
  }

  /** The store has what `store` asked for. */
  stored(key: Key): Outputs<Key, Value, Writer> {
    const entry = this.#busy.get(key);
    if (entry === undefined) return [];
    if (entry.out.value === null) this.#values.delete(key);
    else this.#values.set(key, entry.out.value);
    return this.#ended(key, entry, 'written');
  }

  /** The store would not take it. What waits behind it is tried all the same. */
  failed(key: Key): Outputs<Key, Value, Writer> {
    const entry = this.#busy.get(key);
    return entry === undefined ? [] : this.#ended(key, entry, 'failed');
  }

  #ended(key: Key, entry: Entry<Value, Writer>, kind: 'written' | 'failed'): Outputs<Key, Value, Writer> {
    const { writers } = entry.out;
    this.#waiting -= writers.length;
    const ended: WriteThroughOutput<Key, Value, Writer> = { kind, writers };
    if (entry.next === undefined) {
      this.#busy.delete(key);
      return [ended];
    }
    entry.out = entry.next;
    entry.next = undefined;
    return [ended, { kind: 'store', key, value: entry.out.value }];
  }
}
