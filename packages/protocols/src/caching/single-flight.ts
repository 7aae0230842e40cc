/**
 * Single flight: who asks for what is being looked up already waits for that look-up, so that a thousand who ask at
 * once cost one (groupcache and golang.org/x/sync/singleflight, 2013). Rules SF1… in SPEC.md.
 *
 *   ask a ── begin ──────▶ look-up ──────▶ end ──▶ answers 1, 2, 3
 *   ask a ── wait ───────────────────────────┘│
 *   ask a ── wait ────────────────────────────┘
 *
 * It looks nothing up, keeps no value and waits for nothing itself: a waiter is whatever its host can answer later.
 */

export interface SingleFlightOptions {
  /** Look-ups under way at once; a whole number from 1. */
  readonly maxFlights: number;
  /** Who waits for one look-up, the one who began it included; a whole number from 1. @default Infinity */
  readonly maxWaiters?: number;
}

/** One look-up that is under way; hand it to `end`. */
export interface Flight<Key> {
  readonly key: Key;
}

export type AskedFlight<Key> =
  /** Look it up, and say by `end` when it is over. */
  | { readonly kind: 'begin'; readonly flight: Flight<Key> }
  /** The look-up under way answers this one too. */
  | { readonly kind: 'wait' }
  /** No room: this waiter is not remembered. */
  | { readonly kind: 'refused' };

export class SingleFlight<Key, Waiter> {
  readonly #maxFlights: number;
  readonly #maxWaiters: number;
  /** The look-ups that may be joined. */
  readonly #joinable = new Map<Key, Flight<Key>>();
  readonly #waiters = new Map<Flight<Key>, Waiter[]>();

  constructor({ maxFlights, maxWaiters = Infinity }: SingleFlightOptions) {
    if (!(Number.isSafeInteger(maxFlights) && maxFlights >= 1))
      throw new RangeError('maxFlights must be a whole number from 1');
    if (!(maxWaiters === Infinity || (Number.isSafeInteger(maxWaiters) && maxWaiters >= 1)))
      throw new RangeError('maxWaiters must be a whole number from 1');
    this.#maxFlights = maxFlights;
    this.#maxWaiters = maxWaiters;
  }

  /** Look-ups under way, those included that nobody may join any more. */
  get flights(): number {
    return this.#waiters.size;
  }

  ask(key: Key, waiter: Waiter): AskedFlight<Key> {
    const joinable = this.#joinable.get(key);
    const waiters = joinable && this.#waiters.get(joinable);
    if (waiters !== undefined) {
      if (waiters.length >= this.#maxWaiters) return { kind: 'refused' };
      waiters.push(waiter);
      return { kind: 'wait' };
    }
    if (this.#waiters.size >= this.#maxFlights) return { kind: 'refused' };
    const flight = { key };
    this.#joinable.set(key, flight);
    this.#waiters.set(flight, [waiter]);
    return { kind: 'begin', flight };
  }

  /**
   * The look-up is over, well or badly: all who wait for it, in the order in which they asked. Whoever asks from now on
   * begins another. Nobody for one that is over already.
   */
  end(flight: Flight<Key>): readonly Waiter[] {
    const waiters = this.#waiters.get(flight) ?? [];
    this.#waiters.delete(flight);
    if (this.#joinable.get(flight.key) === flight) this.#joinable.delete(flight.key);
    return waiters;
  }

  /** What is looked up has changed: nobody joins the look-up under way any more, which still answers who waits. Which one. */
  forget(key: Key): Flight<Key> | undefined {
    const flight = this.#joinable.get(key);
    this.#joinable.delete(key);
    return flight;
  }

  /** The same for every key that is meant. */
  forgetWhere(isMeant: (key: Key) => boolean): readonly Flight<Key>[] {
    const meant = [...this.#joinable.values()].filter(({ key }) => isMeant(key));
    for (const { key } of meant) this.#joinable.delete(key);
    return meant;
  }

  /** Whether one who asks now would be answered by this look-up. */
  mayJoin(flight: Flight<Key>): boolean {
    return this.#joinable.get(flight.key) === flight;
  }
}
