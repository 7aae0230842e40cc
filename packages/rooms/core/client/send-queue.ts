/**
 * The messages of one room that no node has acknowledged, in the order in which they were written: the outbox of
 * `protocols` with a window of one, so that none overtakes another. It keeps numbers, this the messages.
 */
import { type ExponentialBackoff, Outbox } from '@bothy/protocols';
import { clientBounds } from './config.ts';
import type { OutgoingMessage } from './outputs.ts';

export interface Waiting {
  message: OutgoingMessage;
  /** Commands that are answered with it. */
  readonly commands: string[];
}

/** Messages are counted over all rooms, so none is given up here; their size is bounded one by one. */
const options = { mostItems: clientBounds.messages, mostBytes: Number.MAX_SAFE_INTEGER, window: 1 } as const;

export class SendQueue {
  readonly backoff: ExponentialBackoff;
  /** Of the message on its way. */
  frameId: string | undefined;
  /** It was refused for now; a timer runs. */
  isResting = false;
  readonly #outbox = new Outbox(options);
  /** By number, which rises. */
  readonly #waiting = new Map<number, Waiting>();
  /** The one on its way. */
  #sent: number | undefined;

  constructor(backoff: ExponentialBackoff) {
    this.backoff = backoff;
  }

  get isEmpty(): boolean {
    return this.#outbox.size === 0;
  }

  get all(): Iterable<Waiting> {
    return this.#waiting.values();
  }

  find(messageId: string): Waiting | undefined {
    for (const waiting of this.#waiting.values()) if (waiting.message.messageId === messageId) return waiting;
    return undefined;
  }

  add(waiting: Waiting): void {
    this.#waiting.set(this.#outbox.add(0).number, waiting);
  }

  /** The first, which is on its way from now on; undefined when none waits, or one is on its way. */
  next(): Waiting | undefined {
    const number = this.#outbox.next();
    if (number === undefined) return undefined;
    this.#sent = number;
    return this.#waiting.get(number);
  }

  /** Whether what was on its way arrived is not known: it goes again, before all others. */
  takeBack(): void {
    this.#outbox.disconnected();
    this.#sent = undefined;
  }

  /** What was on its way has been answered for good, and is gone from here. */
  answered(): Waiting | undefined {
    const number = this.#sent;
    if (number === undefined) return undefined;
    this.#sent = undefined;
    this.#outbox.confirm(number);
    return this.#taken(number);
  }

  /** False when it is on its way, or is not here. */
  remove(waiting: Waiting): boolean {
    for (const [number, each] of this.#waiting) {
      if (each !== waiting || number === this.#sent) continue;
      this.#outbox.confirm(number);
      this.#taken(number);
      return true;
    }
    return false;
  }

  /** All of them, which are gone from here. */
  drain(): readonly Waiting[] {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#outbox.confirmUpTo(this.#outbox.lastNumber);
    this.#sent = undefined;
    return all;
  }

  #taken(number: number): Waiting | undefined {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    return waiting;
  }
}
