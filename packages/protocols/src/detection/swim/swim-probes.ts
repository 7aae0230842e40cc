/** Whom to ping next, what is asked and not answered, and for whom we ask (SWIM, sections 3.1 and 4.3). */
import type { Random } from '../../random.ts';
import type { SwimMember } from './swim-messages.ts';

export interface Probe {
  readonly seq: number;
  readonly member: SwimMember;
  outcome: 'direct' | 'indirect' | 'none';
  /** Who was asked to ping it, and has not said that they tried. */
  readonly asked: Set<SwimMember>;
  wereAsked: boolean;
}

/** A ping that we make for somebody else. */
export interface Relay {
  readonly seq: number;
  readonly origin: SwimMember;
  readonly originSeq: number;
  readonly target: SwimMember;
}

/** What is asked of us at once by others; the oldest gives way. */
const maxRelays = 64;

export class SwimProbes {
  readonly random: Random;
  /** Those of this round that are still to be pinged, the next one last. */
  #round: SwimMember[] = [];
  #seq = 0;
  current: Probe | null = null;
  readonly #relays = new Map<number, Relay>();

  constructor(random: Random) {
    this.random = random;
  }

  /** A new member is put at a random place of this round, so that it need not wait for the next. */
  add(member: SwimMember): void {
    if (this.#round.includes(member)) return;
    this.#round.splice(this.random.below(this.#round.length + 1), 0, member);
  }

  /** The next of the round that is still in the group; a new round is shuffled once all had their turn. */
  next(inGroup: readonly SwimMember[]): Probe | null {
    const isIn = new Set(inGroup);
    let member = this.#draw(isIn);
    if (member === undefined) {
      this.#round = this.shuffled(inGroup);
      member = this.#draw(isIn);
    }
    this.current = member === undefined ? null : this.#newProbe(member);
    return this.current;
  }

  relay(
    origin: SwimMember,
    originSeq: number,
    target: SwimMember,
  ): { relay: Relay; dropped: Relay | undefined } {
    const [oldest] = this.#relays.values();
    const dropped = this.#relays.size >= maxRelays ? oldest : undefined;
    if (dropped !== undefined) this.#relays.delete(dropped.seq);
    const relay = { seq: this.#nextSeq(), origin, originSeq, target };
    this.#relays.set(relay.seq, relay);
    return { relay, dropped };
  }

  /** Ends a relay; only `by`, when given, may end it. */
  endRelay(seq: number, by?: SwimMember): Relay | undefined {
    const relay = this.#relays.get(seq);
    if (relay === undefined || (by !== undefined && relay.target !== by)) return undefined;
    this.#relays.delete(seq);
    return relay;
  }

  /** Fisher and Yates; the draws are the only randomness. */
  shuffled(members: readonly SwimMember[]): SwimMember[] {
    const order = [...members];
    for (let at = order.length - 1; at > 0; at--) {
      const other = this.random.below(at + 1);
      const [a, b] = [order[at], order[other]];
      if (a === undefined || b === undefined) continue;
      order[at] = b;
      order[other] = a;
    }
    return order;
  }

  #draw(isIn: ReadonlySet<SwimMember>): SwimMember | undefined {
    for (;;) {
      const member = this.#round.pop();
      if (member === undefined || isIn.has(member)) return member;
    }
  }

  #newProbe(member: SwimMember): Probe {
    return { seq: this.#nextSeq(), member, outcome: 'none', asked: new Set(), wereAsked: false };
  }

  #nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }
}
