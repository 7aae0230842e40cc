/**
 * Cache-aside: who asks gets the cached value, or looks it up and fills the cache; who writes writes to the store and
 * then invalidates. The race in it is closed by leases: a look-up that a write overtook fills nothing (Nishtala et al.:
 * "Scaling Memcache at Facebook", NSDI 2013, sections 2 and 3.2.1). Rules CS1… in SPEC.md.
 *
 *   reader   ask ─ load ── store says "old" ──────────────────▶ loaded "old": not kept, its lease is void
 *   writer                    store takes "new" ─ invalidate ─▶
 *
 * Nothing is remembered of a key that is neither cached nor being looked up: the look-up itself is the lease.
 */
import { LruCache, type LruCacheOptions } from './lru-cache.ts';
import { type Flight, SingleFlight, type SingleFlightOptions } from './single-flight.ts';

export type CacheAsideOptions = LruCacheOptions & SingleFlightOptions;

export type AskedCache<Key, Value> =
  | { readonly kind: 'hit'; readonly value: Value }
  /** Look it up in the store, and say `loaded` or `failed`. */
  | { readonly kind: 'load'; readonly load: Flight<Key> }
  /** The look-up under way answers this one too. */
  | { readonly kind: 'wait' }
  /** Too many look-ups or waiters: this one is not remembered, and its answer would not be kept. */
  | { readonly kind: 'refused' };

export interface Loaded<Waiter> {
  /** Who is to be given the value, in the order in which they asked. */
  readonly waiters: readonly Waiter[];
  /** False: something was written meanwhile, so this may be the value from before. */
  readonly kept: boolean;
}

/** Times are monotonic milliseconds, needed with a time to live; a value of undefined cannot be told from none. */
export class CacheAside<Key, Value, Waiter> {
  readonly #cache: LruCache<Key, Value>;
  readonly #flights: SingleFlight<Key, Waiter>;

  constructor(options: CacheAsideOptions) {
    this.#cache = new LruCache(options);
    this.#flights = new SingleFlight(options);
  }

  /** Somebody wants the value; `waiter` is remembered for 'load' and 'wait'. */
  ask(key: Key, waiter: Waiter, nowMs?: number): AskedCache<Key, Value> {
    const value = this.#cache.get(key, nowMs);
    if (value !== undefined) return { kind: 'hit', value };
    const asked = this.#flights.ask(key, waiter);
    return asked.kind === 'begin' ? { kind: 'load', load: asked.flight } : asked;
  }

  /** The store has said the value. To say it twice changes nothing. */
  loaded(load: Flight<Key>, value: Value, nowMs?: number): Loaded<Waiter> {
    const kept = this.#flights.mayJoin(load);
    if (kept) this.#cache.set(load.key, value, nowMs);
    return { waiters: this.#flights.end(load), kept };
  }

  /** The look-up failed, which nothing remembers: who is to be told, in the order in which they asked. */
  failed(load: Flight<Key>): readonly Waiter[] {
    return this.#flights.end(load);
  }

  /**
   * The value has changed in the store. Say it after the store took the change and before anybody is told so: said
   * before, a look-up in between fills the cache with the old value; said later, somebody who was told reads the old one.
   */
  invalidate(key: Key): void {
    this.#cache.delete(key);
    this.#flights.forget(key);
  }
  /** The same for every key that is meant, cached or being looked up: such as all that came from one node. */
  invalidateWhere(isMeant: (key: Key) => boolean): void {
    this.#cache.deleteWhere(isMeant);
    this.#flights.forgetWhere(isMeant);
  }
}
