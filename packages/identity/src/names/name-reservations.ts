/**
 * Who is about to have a name, at one node: its own claims on their way, and what it granted to those of others. Claims
 * are made by asking every node, the claimers among them, so that of two that meet one sees the other: the later one
 * yields, unless it has decided already. Pure; bounded. It need not outlive a restart: a claimer that starts again has
 * either decided, which is on its disk, or given up.
 *
 *   free ──claim──► own ──decide──► decided ──written──► done ──10 s──► free
 *                    └──earlier claim of another──► granted ──10 s──► free
 */
import type { Name, NameClaim } from '@bothy/wire';
import { compareBallots } from '@bothy/wire';

/** Longer than a claim takes: an answer within three seconds, twice, and a write. */
const reservedMs = 10_000;
/** Claims at once: each costs a sign-in, which are limited per address. */
const maxReservations = 10_000;

interface Reservation {
  readonly claim: NameClaim;
  readonly state: 'own' | 'decided' | 'done' | 'granted';
  readonly untilMs: number;
}

export class NameReservations {
  readonly #byName = new Map<Name, Reservation>();

  /** Begins a claim of this node. The claim that stands in its way, if there is one. */
  begin(name: Name, claim: NameClaim, nowMs: number): NameClaim | undefined {
    const held = this.#held(name, nowMs);
    // A grant that was given is kept, whatever the clocks say.
    if (held !== undefined && held.claim.person !== claim.person) return held.claim;
    this.#put(name, { claim, state: 'own', untilMs: nowMs + reservedMs });
    return undefined;
  }

  /** From now on it does not yield. False when it has yielded, or took too long. */
  decide(name: Name, claim: NameClaim, nowMs: number): boolean {
    const held = this.#held(name, nowMs);
    if (held?.state !== 'own' || !isSame(held.claim, claim)) return false;
    this.#put(name, { claim, state: 'decided', untilMs: nowMs + reservedMs });
    return true;
  }

  /** Whose claim has the name now, of those on their way. */
  holder(name: Name, nowMs: number): NameClaim | undefined {
    return this.#held(name, nowMs)?.claim;
  }

  /** What was decided is written down. */
  done(name: Name, claim: NameClaim, nowMs: number): void {
    this.#put(name, { claim, state: 'done', untilMs: nowMs + reservedMs });
  }

  /** The name was released, so that whoever had it is in nobody's way. */
  released(name: Name): void {
    const state = this.#byName.get(name)?.state;
    if (state === 'done' || state === 'granted') this.#byName.delete(name);
  }

  /** A claim of this node came to nothing. */
  abandon(name: Name, claim: NameClaim): void {
    const held = this.#byName.get(name);
    if ((held?.state === 'own' || held?.state === 'decided') && isSame(held.claim, claim))
      this.#byName.delete(name);
  }

  /** Another node asks. The claim that stands in its way; undefined grants it. */
  grant(name: Name, claim: NameClaim, nowMs: number): NameClaim | undefined {
    const held = this.#held(name, nowMs);
    const isOpen = held?.state === 'own' || held?.state === 'granted';
    const yields =
      held === undefined ||
      held.claim.person === claim.person ||
      // The earliest wins everywhere, or three who meet could each be refused by another.
      (isOpen && compareBallots(claim.claimed, held.claim.claimed) < 0);
    if (!yields) return held.claim;
    // An own claim of the same person goes on as it is.
    if (held?.state === 'own' && held.claim.person === claim.person) return undefined;
    if (held === undefined || isOpen)
      this.#put(name, { claim, state: 'granted', untilMs: nowMs + reservedMs });
    return undefined;
  }

  #held(name: Name, nowMs: number): Reservation | undefined {
    const held = this.#byName.get(name);
    if (held === undefined || nowMs < held.untilMs) return held;
    this.#byName.delete(name);
    return undefined;
  }

  #put(name: Name, reservation: Reservation): void {
    this.#byName.delete(name);
    this.#byName.set(name, reservation);
    const [oldest] = this.#byName.keys();
    if (this.#byName.size > maxReservations && oldest !== undefined) this.#byName.delete(oldest);
  }
}

function isSame(one: NameClaim, other: NameClaim): boolean {
  return one.person === other.person && compareBallots(one.claimed, other.claimed) === 0;
}
