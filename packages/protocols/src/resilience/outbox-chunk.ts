/** A run of 256 numbers of an outbox: size and state of each in 5 bytes, where an object for each would take 100. */

const chunkItems = 256;
/** Bits of an item's state; 0: it is not there. */
const present = 1;
const sent = 2;
/** Sent by its turn, and so in the window. */
const windowed = 4;
/** In which round it was sent: 0 or 1. */
const roundBit = 8;

export class OutboxChunk {
  readonly #base: number;
  readonly #bytes = new Uint32Array(chunkItems);
  readonly #states = new Uint8Array(chunkItems);
  /** Nothing is there below this place, for what comes is always the last. */
  #low = 0;
  /** Those that are there, and those of them that are not on their way. */
  size = 0;
  waiting = 0;

  /** Numbers from `index * 256 + 1` on. */
  constructor(index: number) {
    this.#base = index * chunkItems + 1;
  }

  static indexOf(number: number): number {
    return Math.floor((number - 1) / chunkItems);
  }

  /** Its last number. */
  get end(): number {
    return this.#base + chunkItems - 1;
  }

  has(number: number): boolean {
    return this.#states[number - this.#base] !== 0;
  }

  put(number: number, bytes: number): void {
    this.#bytes[number - this.#base] = bytes;
    this.#states[number - this.#base] = present;
    this.size += 1;
    this.waiting += 1;
  }

  /** Of one that is there. */
  remove(number: number): {
    readonly bytes: number;
    readonly wasWaiting: boolean;
    readonly wasInWindow: boolean;
  } {
    const at = number - this.#base;
    const state = this.#states[at] ?? 0;
    this.#states[at] = 0;
    this.size -= 1;
    const wasWaiting = (state & sent) === 0;
    if (wasWaiting) this.waiting -= 1;
    return { bytes: this.#bytes[at] ?? 0, wasWaiting, wasInWindow: (state & windowed) !== 0 };
  }

  /** False when it is not there, or on its way already. */
  send(number: number, round: number, inWindow: boolean): boolean {
    const at = number - this.#base;
    if (this.#states[at] !== present) return false;
    this.#states[at] = present | sent | (inWindow ? windowed : 0) | (round * roundBit);
    this.waiting -= 1;
    return true;
  }

  first(): number | undefined {
    if (this.size === 0) return undefined;
    while (this.#states[this.#low] === 0) this.#low += 1;
    return this.#base + this.#low;
  }

  /** The first from this number on that is not on its way. */
  firstWaiting(from: number): number | undefined {
    for (let at = Math.max(0, from - this.#base); at < chunkItems; at++) {
      if (this.#states[at] === present) return this.#base + at;
    }
    return undefined;
  }

  /** All that are on their way wait again; with a round, only those that were sent in it. */
  takeBack(round?: number): { readonly count: number; readonly ofWindow: number } {
    let count = 0;
    let ofWindow = 0;
    if (this.waiting === this.size) return { count, ofWindow };
    for (let at = 0; at < chunkItems; at++) {
      const state = this.#states[at] ?? 0;
      if ((state & sent) === 0) continue;
      if (round !== undefined && (state & roundBit) !== round * roundBit) continue;
      this.#states[at] = present;
      count += 1;
      if ((state & windowed) !== 0) ofWindow += 1;
    }
    this.waiting += count;
    return { count, ofWindow };
  }
}
