/**
 * What waits to go to one node, in order: bounded, written in batches, no faster than the other side reads. What is
 * urgent goes before what is not, and in order among itself; never between the parts of one message.
 *
 *   push ──▶ queue ──once per tick──▶ one batch ──▶ stream ──full──▶ wait for `drain` ──▶ next batch
 */
import { encodePart, joinBatch } from '@bothy/wire/cluster';

/** Where batches go; `write` answers false when `drain` comes before more may be written. */
export interface BatchStream {
  write(batch: Uint8Array): boolean;
}

export interface QueueBounds {
  readonly bytes: number;
  readonly messages: number;
}

/** A batch is closed when it has reached this: larger ones gain little, and keep what is behind them waiting. */
const batchBytes = 256 * 1024;
/** What is larger travels in parts, each below the limit of a gRPC message. */
export const partBytes = 1024 * 1024;
/** All parts of one message: 256 entries of 64 KiB, of which JSON escapes every byte. */
export const mostMessageBytes = 48 * 1024 * 1024;
/** Passed places of the array are given back when there are as many. */
const leastPassed = 1_024;

export class OutgoingQueue {
  readonly #stream: BatchStream;
  readonly #bounds: QueueBounds;
  #waiting: Uint8Array[] = [];
  #urgent: Uint8Array[] = [];
  /** Parts that are not the last of their message. */
  readonly #open = new WeakSet<Uint8Array>();
  /** The last that was written is one of those. */
  #isWithin = false;
  #head = 0;
  #bytes = 0;
  #scheduled: NodeJS.Immediate | undefined;
  #blocked = false;
  #ended = false;

  constructor(stream: BatchStream, bounds: QueueBounds) {
    this.#stream = stream;
    this.#bounds = bounds;
  }

  /** Why it does not fit: the link is to be ended. */
  push(message: Uint8Array, isUrgent = false): 'full' | 'tooLarge' | undefined {
    if (this.#ended) return undefined;
    if (message.length > mostMessageBytes) return 'tooLarge';
    const waiting = this.#waiting.length - this.#head + this.#urgent.length;
    if (this.#bytes + message.length > this.#bounds.bytes || waiting >= this.#bounds.messages) return 'full';
    this.#bytes += message.length;
    if (message.length > partBytes) this.#pushParts(message);
    else (isUrgent ? this.#urgent : this.#waiting).push(message);
    this.#schedule();
    return undefined;
  }

  /** The stream takes more. */
  drained(): void {
    this.#blocked = false;
    this.#schedule();
  }

  /** Writes what waits while the stream takes it. */
  #flush(): void {
    while (!this.#ended && !this.#blocked && this.#hasMore()) {
      this.#blocked = !this.#stream.write(this.#nextBatch());
    }
  }

  end(): void {
    this.#ended = true;
    this.#waiting = [];
    this.#urgent = [];
    this.#head = 0;
    this.#bytes = 0;
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
  }

  #schedule(): void {
    if (this.#scheduled !== undefined || this.#blocked || this.#ended) return;
    this.#scheduled = setImmediate(() => {
      this.#scheduled = undefined;
      this.#flush();
    });
  }

  #hasMore(): boolean {
    return this.#head < this.#waiting.length || this.#urgent.length > 0;
  }

  #pushParts(message: Uint8Array): void {
    const parts = [...partsOf(message)];
    for (const part of parts) this.#waiting.push(part);
    for (const part of parts.slice(0, -1)) this.#open.add(part);
  }

  #nextBatch(): Uint8Array {
    const first = this.#head;
    let size = 0;
    const batch: Uint8Array[] = [];
    while (!this.#isWithin && this.#urgent.length > 0 && size < batchBytes) {
      for (const message of this.#urgent.splice(0, 1)) {
        batch.push(message);
        size += message.length;
      }
    }
    for (; this.#head < this.#waiting.length && size < batchBytes; this.#head += 1) {
      size += this.#waiting[this.#head]?.length ?? 0;
    }
    const written = this.#waiting.slice(first, this.#head);
    const last = written.at(-1);
    if (last !== undefined) this.#isWithin = this.#open.has(last);
    // Parts are a few bytes longer than what was counted.
    this.#bytes = Math.max(0, this.#bytes - size);
    if (this.#head >= this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
      if (this.#urgent.length === 0) this.#bytes = 0;
    } else if (this.#head >= leastPassed) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return joinBatch([...batch, ...written]);
  }
}

function* partsOf(message: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < message.length; at += partBytes) {
    const end = at + partBytes;
    yield encodePart(message.subarray(at, end), end >= message.length);
  }
}
