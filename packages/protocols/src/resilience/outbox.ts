/**
 * Outbox: what must reach somebody who may be away is kept until they say that they have it ("guaranteed delivery":
 * Hohpe, Woolf: "Enterprise Integration Patterns", 2003; sent again after a reconnect as in MQTT 3.1.1, section 4.4).
 * Rules OB1… in SPEC.md.
 *
 *          add            next, send               confirm, confirmUpTo
 *   ─────────────▶ waiting ─────────▶ on its way ───────────────────────▶ gone
 *                     ▲                   │
 *                     └───────────────────┘ disconnected, resend; at the limit the oldest are given up
 *
 * It knows numbers and sizes only: the items are where the caller keeps them, on a disk. So a million costs 5 MB.
 */
import { OutboxChunk } from './outbox-chunk.ts';

export interface OutboxOptions {
  /** At more, the oldest are given up. A whole number above 0. */
  readonly mostItems: number;
  /** The same for the sum of their sizes. A whole number above 0. */
  readonly mostBytes: number;
  /** Items taken by `next` that are on their way at once. A whole number above 0. */
  readonly window: number;
}

/** What an outbox is started with: what was kept, and never confirmed. */
export interface RestoredOutbox {
  /** In the order of their numbers. */
  readonly items: Iterable<{ readonly number: number; readonly bytes: number }>;
  /** The last number that was given, also to what is gone. */
  readonly lastNumber: number;
}

export interface AddedItem {
  readonly number: number;
  /** The oldest, which had to make room, in the order of their numbers. Itself alone when it never fits. */
  readonly givenUp: readonly number[];
}

const none: readonly number[] = Object.freeze([]);

export class Outbox {
  readonly #options: OutboxOptions;
  /** By `OutboxChunk.indexOf`, which rises: the first is the oldest. */
  readonly #chunks = new Map<number, OutboxChunk>();
  #lastNumber = 0;
  #size = 0;
  #bytes = 0;
  #waiting = 0;
  #givenUp = 0;
  /** Of those taken by `next`. */
  #inWindow = 0;
  /** None below this one waits to be sent. */
  #scanFrom = 1;
  /** 0 or 1: tells what was sent since the last `resend` from what was sent before. */
  #round = 0;

  constructor(options: OutboxOptions, restored: RestoredOutbox = { items: [], lastNumber: 0 }) {
    for (const [name, value] of Object.entries(options)) checkWhole(name, value, 1);
    this.#options = options;
    checkWhole('lastNumber', restored.lastNumber, 0);
    for (const { number, bytes } of restored.items) {
      checkWhole('number', number, this.#lastNumber + 1);
      this.#lastNumber = number;
      this.#put(number, bytes);
    }
    checkWhole('lastNumber', restored.lastNumber, this.#lastNumber);
    this.#lastNumber = restored.lastNumber;
  }

  /** Items that are neither confirmed nor given up, and the sum of their sizes. */
  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Those that are not on their way. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Of those that `next` gave out. */
  get inWindow(): number {
    return this.#inWindow;
  }

  /** Since this outbox was made. */
  get givenUp(): number {
    return this.#givenUp;
  }

  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** The first that is neither confirmed nor given up. */
  get oldest(): number | undefined {
    for (const chunk of this.#chunks.values()) return chunk.first();
    return undefined;
  }

  has(number: number): boolean {
    return this.#chunkOf(number)?.has(number) ?? false;
  }

  /** A new item. It waits, whatever else does. */
  add(bytes: number): AddedItem {
    const { mostItems, mostBytes } = this.#options;
    checkWhole('bytes', bytes, 0, mostItemBytes);
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    if (bytes > mostBytes) {
      this.#givenUp += 1;
      return { number, givenUp: [number] };
    }
    this.#put(number, bytes);
    if (this.#size <= mostItems && this.#bytes <= mostBytes) return { number, givenUp: none };
    const givenUp: number[] = [];
    while (this.#size > mostItems || this.#bytes > mostBytes) {
      const { oldest = number } = this;
      this.#remove(oldest);
      givenUp.push(oldest);
    }
    this.#givenUp += givenUp.length;
    return { number, givenUp };
  }

  /** The oldest that waits: it is on its way from now on. Undefined when none waits, or the window is full. */
  next(): number | undefined {
    if (this.#inWindow >= this.#options.window || this.#waiting === 0) return undefined;
    for (const chunk of this.#chunks.values()) {
      if (chunk.waiting === 0 || chunk.end < this.#scanFrom) continue;
      const number = chunk.firstWaiting(this.#scanFrom);
      if (number === undefined) continue;
      this.#scanFrom = number + 1;
      chunk.send(number, this.#round, true);
      this.#inWindow += 1;
      this.#waiting -= 1;
      return number;
    }
    return undefined;
  }

  /** This one is on its way, out of its turn and beside the window. False when it is gone, or on its way already. */
  send(number: number): boolean {
    if (this.#chunkOf(number)?.send(number, this.#round, false) !== true) return false;
    this.#waiting -= 1;
    return true;
  }

  /** It has arrived. False when it is gone already. */
  confirm(number: number): boolean {
    if (!this.has(number)) return false;
    this.#remove(number);
    return true;
  }

  /** All up to this one have arrived. Returns how many of them were there. */
  confirmUpTo(number: number): number {
    let count = 0;
    for (let { oldest } = this; oldest !== undefined && oldest <= number; oldest = this.oldest) {
      this.#remove(oldest);
      count += 1;
    }
    return count;
  }

  /** Nobody knows what of all that was on its way arrived: it waits again, each in its turn. */
  disconnected(): void {
    for (const chunk of this.#chunks.values()) chunk.takeBack();
    this.#inWindow = 0;
    this.#waiting = this.#size;
    this.#scanFrom = 1;
  }

  /** What was on its way at the last call of this already waits again. Returns how many these are. */
  resend(): number {
    let count = 0;
    this.#round = 1 - this.#round;
    for (const chunk of this.#chunks.values()) {
      const back = chunk.takeBack(this.#round);
      this.#inWindow -= back.ofWindow;
      count += back.count;
    }
    this.#waiting += count;
    if (count > 0) this.#scanFrom = 1;
    return count;
  }

  #chunkOf(number: number): OutboxChunk | undefined {
    return this.#chunks.get(OutboxChunk.indexOf(number));
  }

  #put(number: number, bytes: number): void {
    const index = OutboxChunk.indexOf(number);
    let chunk = this.#chunks.get(index);
    if (chunk === undefined) {
      chunk = new OutboxChunk(index);
      this.#chunks.set(index, chunk);
    }
    chunk.put(number, checkWhole('bytes', bytes, 0, mostItemBytes));
    this.#size += 1;
    this.#bytes += bytes;
    this.#waiting += 1;
  }

  #remove(number: number): void {
    const chunk = this.#chunkOf(number);
    if (chunk === undefined) return;
    const { bytes, wasWaiting, wasInWindow } = chunk.remove(number);
    this.#size -= 1;
    this.#bytes -= bytes;
    if (wasWaiting) this.#waiting -= 1;
    if (wasInWindow) this.#inWindow -= 1;
    if (chunk.size === 0) this.#chunks.delete(OutboxChunk.indexOf(number));
  }
}

/** Sizes are kept in 32 bits. */
const mostItemBytes = 2 ** 32 - 1;

function checkWhole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}: ${value}`);
}
