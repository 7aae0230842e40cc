/**
 * Cache-aside: who asks gets the cached value, or looks it up and fills the cache; who writes writes to the store and
 * then invalidates. The race in it is closed by leases: a look-up that a write overtook fills nothing (Nishtala et al.:
 * "Scaling Memcache at Facebook", NSDI 2013, sections 2 and 3.2.1). Rules CS1… in SPEC.md.
 *
 *   reader   ask ─ load ── store says "old" ──────────────────▶ loaded "old": not kept, its lease is void
 *   writer                    store takes "new" ─ invalidate ─▶
 *
 * Nothing is remembered of a key that is neither cached nor being looked up: the look-up itself is the lease. Of one key
 * one look-up is under way at a time. Else the one whose lease is void may read something newer than one that began after
 * it, and tell it, while that one fills the cache with what is older: somebody reads the new value, and then others the old.
 */
import { LruCache, type LruCacheOptions } from './lru-cache.ts';
import { type Flight, SingleFlight, type SingleFlightOptions } from './single-flight.ts';

export type CacheAsideOptions = LruCacheOptions & SingleFlightOptions;

export type AskedCache<Key, Value> =
  | { readonly kind: 'hit'; readonly value: Value }
  /** Look it up in the store, and say `loaded` or `failed`. */
  | { readonly kind: 'load'; readonly load: Flight<Key> }
  /** The look-up under way answers this one too, or the one after it. */
  | { readonly kind: 'wait' }
  /** Too many look-ups or waiters: this one is not remembered, and its answer would not be kept. */
  | { readonly kind: 'refused' };

export interface Ended<Key, Waiter> {
  /** Who is to be told, in the order in which they asked. */
  readonly waiters: readonly Waiter[];
  /** Somebody asked since the key was invalidated: look it up once more. */
  readonly next?: Flight<Key>;
}

export interface Loaded<Key, Waiter> extends Ended<Key, Waiter> {
  /** False: something was written meanwhile, so this may be the value from before. */
  readonly kept: boolean;
}

/** A look-up whose lease is void, and who waits for the one after it. */
interface Overtaken<Key, Waiter> {
  readonly load: Flight<Key>;
  readonly later: Waiter[];
}

/** Times are monotonic milliseconds, needed with a time to live; a value of undefined cannot be told from none. */
export class CacheAside<Key, Value, Waiter> {
  readonly #cache: LruCache<Key, Value>;
  readonly #flights: SingleFlight<Key, Waiter>;
  readonly #maxWaiters: number;
  readonly #overtaken = new Map<Key, Overtaken<Key, Waiter>>();

  constructor(options: CacheAsideOptions) {
    this.#cache = new LruCache(options);
    this.#flights = new SingleFlight(options);
    this.#maxWaiters = options.maxWaiters ?? Infinity;
  }

  /** Somebody wants the value; `waiter` is remembered for 'load' and 'wait'. */
  ask(key: Key, waiter: Waiter, nowMs?: number): AskedCache<Key, Value> {
    const value = this.#cache.get(key, nowMs);
    if (value !== undefined) return { kind: 'hit', value };
    const overtaken = this.#overtaken.get(key);
    if (overtaken !== undefined) {
      if (overtaken.later.length >= this.#maxWaiters) return { kind: 'refused' };
      overtaken.later.push(waiter);
      return { kind: 'wait' };
    }
    const asked = this.#flights.ask(key, waiter);
    return asked.kind === 'begin' ? { kind: 'load', load: asked.flight } : asked;
  }

  /** The store has said the value. To say it twice changes nothing. */
  loaded(load: Flight<Key>, value: Value, nowMs?: number): Loaded<Key, Waiter> {
    const kept = this.#flights.mayJoin(load);
    if (kept) this.#cache.set(load.key, value, nowMs);
    return { ...this.#end(load), kept };
  }

  /** The look-up failed, which nothing remembers. */
  failed(load: Flight<Key>): Ended<Key, Waiter> {
    return this.#end(load);
  }

  /**
   * The value has changed in the store. Say it after the store took the change and before anybody is told so: said
   * before, a look-up in between fills the cache with the old value; said later, somebody who was told reads the old one.
   */
  invalidate(key: Key): void {
    this.#cache.delete(key);
    const load = this.#flights.forget(key);
    if (load !== undefined) this.#overtaken.set(key, { load, later: [] });
  }

  /** The same for every key that is meant, cached or being looked up: such as all that came from one node. */
  invalidateWhere(isMeant: (key: Key) => boolean): void {
    this.#cache.deleteWhere(isMeant);
    for (const load of this.#flights.forgetWhere(isMeant)) this.#overtaken.set(load.key, { load, later: [] });
  }

  #end(load: Flight<Key>): Ended<Key, Waiter> {
    const waiters = this.#flights.end(load);
    const overtaken = this.#overtaken.get(load.key);
    if (overtaken?.load !== load) return { waiters };
    this.#overtaken.delete(load.key);
    // The one that has just ended made room, and no more wait than for any look-up.
    const asked = overtaken.later.map((waiter) => this.#flights.ask(load.key, waiter));
    return asked[0]?.kind === 'begin' ? { waiters, next: asked[0].flight } : { waiters };
  }
}
