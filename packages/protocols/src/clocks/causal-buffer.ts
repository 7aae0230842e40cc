/**
 * Causal broadcast: what arrives before its causes waits for them (Birman, Schiper, Stephenson: "Lightweight Causal and
 * Atomic Group Multicast", ACM TOCS 9(3), 1991, section 5.1). Each message carries how many messages of each member its
 * sender had delivered when it was sent, itself included. Rules CD1… in SPEC.md.
 */
import { type MissingRange, vectorAdvance, vectorGet, vectorMissing } from '../replication/version-vector.ts';
import type { VectorTime } from './vector-clock.ts';

export interface CausalBufferOptions {
  /** Our own name; unique in the group. */
  readonly member: string;
  /** Messages that wait for their causes; more are refused. A whole number from 0. */
  readonly maxWaiting: number;
  /** Members that are named at most, our own name included; a whole number from 1. @default 64 */
  readonly maxMembers?: number;
  /** What was delivered in an earlier start, our own messages included. @default {} */
  readonly delivered?: VectorTime;
}

export interface CausalMessage<Content> {
  readonly from: string;
  readonly time: VectorTime;
  readonly content: Content;
}

export type CausalArrival<Content> =
  /** In causal order: the one that arrived, if nothing kept it, and what had waited for it. */
  | { readonly kind: 'delivered'; readonly messages: readonly CausalMessage<Content>[] }
  | { readonly kind: 'waits' }
  /** It was delivered before, or waits already. */
  | { readonly kind: 'known' }
  /** `full`: too much waits; ask for it again. Others cannot be true, and never become so. */
  | { readonly kind: 'refused'; readonly reason: 'full' | 'tooManyMembers' | 'notCounted' | 'ownFuture' };

export class CausalBuffer<Content> {
  readonly #options: Required<CausalBufferOptions>;
  #delivered: VectorTime;
  /** By sender and number. */
  readonly #waiting = new Map<string, CausalMessage<Content>>();

  /** Throws a RangeError for options out of their range. */
  constructor(options: CausalBufferOptions) {
    this.#options = { maxMembers: 64, delivered: {}, ...options };
    const { maxWaiting, maxMembers, delivered } = this.#options;
    if (!(Number.isSafeInteger(maxWaiting) && maxWaiting >= 0))
      throw new RangeError('maxWaiting must be a whole number from 0');
    if (!(Number.isSafeInteger(maxMembers) && maxMembers >= 1))
      throw new RangeError('maxMembers must be a whole number from 1');
    this.#delivered = delivered;
    if (!isTime(delivered, maxMembers) || !this.#hasRoomFor({}))
      throw new RangeError('not what can have been delivered');
  }

  /** How many messages of each member were delivered here, our own as they were sent. */
  get delivered(): VectorTime {
    return this.#delivered;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** A message of ours, delivered here at once. */
  send(content: Content): CausalMessage<Content> {
    const { member } = this.#options;
    this.#delivered = vectorAdvance(this.#delivered, member, vectorGet(this.#delivered, member) + 1);
    return { from: member, time: this.#delivered, content };
  }

  receive(message: CausalMessage<Content>): CausalArrival<Content> {
    const { from, time } = message;
    const { member, maxWaiting, maxMembers } = this.#options;
    if (!isTime(time, maxMembers)) return { kind: 'refused', reason: 'tooManyMembers' };
    const number = vectorGet(time, from);
    if (number < 1) return { kind: 'refused', reason: 'notCounted' };
    // Each may name few and all together many: without this, strangers make what we keep and send ever larger.
    if (!this.#hasRoomFor(time)) return { kind: 'refused', reason: 'tooManyMembers' };
    if (vectorGet(time, member) > vectorGet(this.#delivered, member))
      return { kind: 'refused', reason: 'ownFuture' };
    const key = keyOf(from, number);
    if (number <= vectorGet(this.#delivered, from) || this.#waiting.has(key)) return { kind: 'known' };
    if (!this.#isDue(message)) {
      if (this.#waiting.size >= maxWaiting) return { kind: 'refused', reason: 'full' };
      this.#waiting.set(key, message);
      return { kind: 'waits' };
    }
    const messages = [message];
    // Each delivery may be what others waited for; whoever came first goes first.
    for (const next of messages) {
      this.#delivered = vectorAdvance(this.#delivered, next.from, vectorGet(next.time, next.from));
      for (const [waiting, each] of this.#waiting) {
        if (!this.#isDue(each)) continue;
        // The others of this round are looked at again once it counts.
        this.#waiting.delete(waiting);
        messages.push(each);
      }
    }
    return { kind: 'delivered', messages };
  }

  /** What others have sent, as far as is known from what waits, and has not arrived: to be asked for. */
  missing(): readonly MissingRange[] {
    let known = this.#delivered;
    for (const { time } of this.#waiting.values()) {
      for (const member of Object.keys(time)) known = vectorAdvance(known, member, vectorGet(time, member));
    }
    // From one that waits to the next: somebody's numbers may be as large as they like.
    return vectorMissing(known, this.#delivered).flatMap(({ key, from, to }) => {
      const waiting = [...this.#waiting.values()]
        .flatMap((each) => (each.from === key ? vectorGet(each.time, key) : []))
        .sort((one, other) => one - other);
      let next = from;
      const ranges: MissingRange[] = [];
      for (const number of [...waiting, to + 1]) {
        if (number > next) ranges.push({ key, from: next, to: number - 1 });
        next = number + 1;
      }
      return ranges;
    });
  }

  /** Whether no more than `maxMembers` are named here once this time and all that waits are delivered. */
  #hasRoomFor(time: VectorTime): boolean {
    const { member, maxMembers } = this.#options;
    const names = new Set([member, ...Object.keys(this.#delivered)]);
    const strange = Object.keys(time).filter((name) => !names.has(name));
    // What waits was looked at when it came.
    if (strange.length === 0) return names.size <= maxMembers;
    for (const name of strange) names.add(name);
    for (const waiting of this.#waiting.values())
      for (const name of Object.keys(waiting.time)) names.add(name);
    return names.size <= maxMembers;
  }

  /** The next one of its sender, and all that it had delivered is delivered here (the paper, rule 2). */
  #isDue({ from, time }: CausalMessage<Content>): boolean {
    return Object.keys(time).every((member) => {
      const delivered = vectorGet(this.#delivered, member);
      const sent = vectorGet(time, member);
      return member === from ? sent === delivered + 1 : sent <= delivered;
    });
  }
}

function keyOf(from: string, number: number): string {
  return `${number} ${from}`;
}

function isTime(time: VectorTime, maxMembers: number): boolean {
  const members = Object.keys(time);
  return (
    members.length <= maxMembers &&
    members.every((member) => Number.isSafeInteger(vectorGet(time, member)) && vectorGet(time, member) >= 0)
  );
}
