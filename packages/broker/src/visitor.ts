/** What a client that signed in may do here, and how well it reads what it is sent. */
import { type AccessContext, canPublish, canSubscribe, type Principal } from '@bothy/identity';
import type { PersonId } from '@bothy/wire';
import type { PublishAllowance } from './publish-allowance.ts';

/** Ours have up to four levels and 60 characters. */
const maxTopicLevels = 16;
export const maxTopicChars = 256;
/** Filters of one connection; a person follows each contact's presence with one. */
const maxFilters = 4_096;
/** Messages that a slow client may hold up. Aedes delivers a hundred at a time, to whomever they go. */
const maxHeldUp = 50;

export class Visitor {
  readonly #principal: Principal;
  readonly #access: AccessContext | undefined;
  readonly #allowance: PublishAllowance;
  #isHasty = false;
  readonly #filters = new Set<string>();
  /** Messages that wait because it does not read. */
  #heldUp = 0;

  constructor(principal: Principal, access: AccessContext | undefined, allowance: PublishAllowance) {
    this.#allowance = allowance;
    this.#principal = principal;
    this.#access = access;
  }

  /** Who signed in. */
  get principal(): Principal {
    return this.#principal;
  }

  /** Whose connection it is; undefined for edges and guests. */
  get person(): PersonId | undefined {
    return 'person' in this.#principal ? this.#principal.person : undefined;
  }

  /** Why this topic may not be published to; undefined when it may. */
  publishRefusal(topic: string): string | undefined {
    if (isTooLong(topic)) return tooLong;
    const access = canPublish(this.#principal, topic, this.#access);
    return access.allowed ? undefined : access.reason;
  }

  /** Why what it says there is not its to say; undefined when it is. */
  forgery(topic: string, payload: Uint8Array): string | undefined {
    return this.#access?.speaksForAnother?.(this.#principal, topic, payload);
  }

  /**
   * Whether it publishes faster than it may; `first` when it did not do so with its last message, so that a flood
   * is one line in the log.
   */
  haste(sizeBytes: number, nowMs: number): 'none' | 'first' | 'further' {
    const wasHasty = this.#isHasty;
    this.#isHasty = !this.#allowance.take(sizeBytes, nowMs);
    if (!this.#isHasty) return 'none';
    return wasHasty ? 'further' : 'first';
  }

  /** Why this filter may not be subscribed to; undefined when it may. */
  subscribeRefusal(filter: string): string | undefined {
    if (isTooLong(filter)) return tooLong;
    const access = canSubscribe(this.#principal, filter, this.#access);
    if (!access.allowed) return access.reason;
    const hasRoom = this.#filters.size < maxFilters || this.#filters.has(filter);
    return hasRoom ? undefined : `more than ${maxFilters} subscriptions`;
  }

  subscribed(filter: string): void {
    this.#filters.add(filter);
  }

  unsubscribed(filter: string): void {
    this.#filters.delete(filter);
  }

  /** A topic is the narrowest filter that matches it. */
  mayRead(topic: string): boolean {
    return canSubscribe(this.#principal, topic, this.#access).allowed;
  }

  /**
   * What becomes of the next message for it. One slow reader must not take the
   * others down: some messages may wait for it; then those that may be missed
   * are, and the first that may not shows that it has to go.
   */
  delivery(qos: number, sendBufferIsFull: boolean): 'send' | 'miss' | 'end' {
    this.#heldUp = sendBufferIsFull ? this.#heldUp + 1 : 0;
    if (this.#heldUp <= maxHeldUp) return 'send';
    return qos === 0 ? 'miss' : 'end';
  }
}

const tooLong = `longer than ${maxTopicChars} characters or ${maxTopicLevels} levels`;

function isTooLong(topic: string): boolean {
  return topic.length > maxTopicChars || topic.split('/').length > maxTopicLevels;
}
