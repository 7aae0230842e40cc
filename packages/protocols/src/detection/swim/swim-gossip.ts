/**
 * Words to be passed on with whatever is sent anyway. Each goes out a bounded number of times, those that went out least
 * first; a newer word about the same member replaces the older (SWIM, section 4.1).
 */
import type { SwimMember, SwimUpdate } from './swim-messages.ts';

interface Waiting {
  readonly update: SwimUpdate;
  sent: number;
  /** The newer is the more urgent among those that went out as often. */
  readonly order: number;
}

export class SwimGossip {
  readonly #waiting = new Map<SwimMember, Waiting>();
  #count = 0;

  add(update: SwimUpdate): void {
    this.#count += 1;
    this.#waiting.set(update.member, { update, sent: 0, order: this.#count });
  }

  forget(member: SwimMember): void {
    this.#waiting.delete(member);
  }

  /** At most `room` words, each counted as sent; one that was sent `maxSent` times is dropped. Nothing about `except`, who is told. */
  take(room: number, maxSent: number, except?: SwimMember): SwimUpdate[] {
    const chosen = [...this.#waiting.values()]
      .filter(({ update }) => update.member !== except)
      .sort((a, b) => a.sent - b.sent || b.order - a.order)
      .slice(0, Math.max(0, room));
    for (const waiting of chosen) {
      waiting.sent += 1;
      if (waiting.sent >= maxSent) this.#waiting.delete(waiting.update.member);
    }
    return chosen.map(({ update }) => update);
  }

  get size(): number {
    return this.#waiting.size;
  }
}
