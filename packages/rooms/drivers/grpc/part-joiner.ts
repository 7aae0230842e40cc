/** Joins the parts of a message that was too large for one gRPC message; bounded, whatever comes. */
import { mostMessageBytes } from './outgoing-queue.ts';

export class PartJoiner {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** Whether a message has begun and is not whole. */
  get isOpen(): boolean {
    return this.#parts.length > 0;
  }

  /** The whole message after its last part; null before; undefined when it gets larger than any may be. */
  add(data: Uint8Array, last: boolean): Uint8Array | null | undefined {
    this.#bytes += data.length;
    // An empty part costs memory too.
    if (this.#bytes > mostMessageBytes || data.length === 0) return undefined;
    this.#parts.push(data);
    if (!last) return null;
    const message = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return message;
  }
}
