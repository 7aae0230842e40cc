/**
 * Puts the descriptions of the other side in the order in which it made them.
 *
 * The pattern rests on one ordered channel. Where offers and answers travel
 * apart, an offer made right after an answer may overtake it; it then looks like
 * glare, an impolite side ignores it, and both sides wait for ever. Nothing in
 * the two descriptions tells the cases apart, so their numbers must.
 */
import type { ArrivedDescription } from './polite-peer-messages.ts';

/** Each side sends two at most before it waits for the other, so more than a few never wait. */
const maxHeld = 8;

export type Arrival =
  | { readonly kind: 'ready'; readonly descriptions: readonly ArrivedDescription[] }
  | { readonly kind: 'ignored'; readonly reason: 'repeated' | 'tooEarly' };

export class DescriptionOrder {
  #taken = 0;
  readonly #held = new Map<number, ArrivedDescription>();

  /**
   * Which descriptions are next, now that this one has arrived. Throws a RangeError when its number
   * is not whole: what arrives is parsed before it comes here.
   */
  arrive(description: ArrivedDescription): Arrival {
    const { number } = description;
    if (number === undefined) return { kind: 'ready', descriptions: [description] };
    if (!Number.isInteger(number)) throw new RangeError(`not a description's number: ${number}`);
    if (number <= this.#taken || this.#held.has(number)) return { kind: 'ignored', reason: 'repeated' };
    if (number > this.#taken + maxHeld) return { kind: 'ignored', reason: 'tooEarly' };
    this.#held.set(number, description);
    return { kind: 'ready', descriptions: this.#next() };
  }

  #next(): ArrivedDescription[] {
    const ready: ArrivedDescription[] = [];
    for (;;) {
      const next = this.#held.get(this.#taken + 1);
      if (next === undefined) return ready;
      this.#taken += 1;
      this.#held.delete(this.#taken);
      ready.push(next);
    }
  }
}
