/**
 * Read-through: who reads talks to the cache alone, and the cache looks through to the store (Fowler: "Patterns of
 * Enterprise Application Architecture", 2002, "Identity Map" and "Lazy Load"; named so by Oracle Coherence). It is
 * cache-aside with the look-up on the other side of the border, so that no reader can forget its rules; and it keeps
 * that there is nothing, for a shorter time. Rules RT1… in SPEC.md.
 *
 *   read ──▶ answer                      what is kept
 *        ──▶ load ── loaded, failed ──▶ answer to all who asked meanwhile
 */
import { CacheAside, type Ended } from './cache-aside.ts';
import type { LruCacheOptions } from './lru-cache.ts';
import type { Flight, SingleFlightOptions } from './single-flight.ts';

export type ReadThroughOptions = LruCacheOptions &
  SingleFlightOptions & {
    /** How long it is kept that there is nothing; above 0, and below Infinity it needs times. @default ttlMs */
    readonly absentTtlMs?: number;
  };

/** What the store said: a value, or that there is none. */
export type StoreAnswer<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'absent' };

export type ReadAnswer<Value> =
  | StoreAnswer<Value>
  /** The store could not be asked. */
  | { readonly kind: 'failed' }
  /** Too many look-ups or waiters. */
  | { readonly kind: 'refused' };

export type ReadThroughOutput<Key, Value, Waiter> =
  /** Ask the store for `load.key`, and say `loaded` or `failed` with this very load. */
  | { readonly kind: 'load'; readonly load: Flight<Key> }
  /** In the order in which they asked. */
  | { readonly kind: 'answer'; readonly waiters: readonly Waiter[]; readonly answer: ReadAnswer<Value> };

type Outputs<Key, Value, Waiter> = readonly ReadThroughOutput<Key, Value, Waiter>[];

/** Times are monotonic milliseconds, needed with a time to live. */
export class ReadThrough<Key, Value, Waiter> {
  readonly #cache: CacheAside<Key, { readonly answer: StoreAnswer<Value>; readonly setMs: number }, Waiter>;
  readonly #absentTtlMs: number;

  constructor(options: ReadThroughOptions) {
    const { ttlMs = Infinity, absentTtlMs = ttlMs } = options;
    if (!(absentTtlMs > 0)) throw new RangeError(`absentTtlMs must be above 0: ${absentTtlMs}`);
    this.#cache = new CacheAside(options);
    this.#absentTtlMs = absentTtlMs;
  }

  /** Answered by this, or by the end of a look-up; exactly once. */
  read(key: Key, waiter: Waiter, nowMs?: number): Outputs<Key, Value, Waiter> {
    this.#expectTime(nowMs);
    let asked = this.#cache.ask(key, waiter, nowMs);
    if (asked.kind === 'hit' && this.#isTooOld(asked.value, nowMs)) {
      this.#cache.invalidate(key);
      asked = this.#cache.ask(key, waiter, nowMs);
    }
    switch (asked.kind) {
      case 'hit':
        return [{ kind: 'answer', waiters: [waiter], answer: asked.value.answer }];
      case 'load':
        return [{ kind: 'load', load: asked.load }];
      case 'wait':
        return [];
      case 'refused':
        return [{ kind: 'answer', waiters: [waiter], answer: { kind: 'refused' } }];
    }
  }

  /** To say it twice answers nobody. */
  loaded(load: Flight<Key>, answer: StoreAnswer<Value>, nowMs?: number): Outputs<Key, Value, Waiter> {
    this.#expectTime(nowMs);
    return said(this.#cache.loaded(load, { answer, setMs: nowMs ?? 0 }, nowMs), answer);
  }

  /** The store could not be asked: all who wait are told, and the next who reads tries again. */
  failed(load: Flight<Key>): Outputs<Key, Value, Waiter> {
    return said(this.#cache.failed(load), { kind: 'failed' });
  }

  /** The store has changed: say it after the change and before anybody is told of it. */
  invalidate(key: Key): void {
    this.#cache.invalidate(key);
  }

  /** The same for every key that is meant, cached or being looked up. */
  invalidateWhere(isMeant: (key: Key) => boolean): void {
    this.#cache.invalidateWhere(isMeant);
  }

  #isTooOld(
    { answer, setMs }: { readonly answer: StoreAnswer<Value>; readonly setMs: number },
    nowMs = 0,
  ): boolean {
    return answer.kind === 'absent' && nowMs - setMs >= this.#absentTtlMs;
  }

  #expectTime(nowMs: number | undefined): void {
    if (nowMs === undefined && this.#absentTtlMs < Infinity)
      throw new RangeError('with a time to live every call needs a time');
  }
}

function said<Key, Value, Waiter>(
  { waiters, next }: Ended<Key, Waiter>,
  answer: ReadAnswer<Value>,
): Outputs<Key, Value, Waiter> {
  const outputs: ReadThroughOutput<Key, Value, Waiter>[] = [];
  if (waiters.length > 0) outputs.push({ kind: 'answer', waiters, answer });
  if (next !== undefined) outputs.push({ kind: 'load', load: next });
  return outputs;
}
