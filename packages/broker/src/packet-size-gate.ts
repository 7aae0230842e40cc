/**
 * Watches the fixed headers of MQTT packets go by (MQTT 3.1.1, section 2.2.3). A header may announce 256 MB, and
 * a parser waits for all of it: what announces more than the limit must be cut off at its header.
 */
export class PacketSizeGate {
  /** Packets that began. */
  packets = 0;
  readonly #maxBytes: number;
  /** Bytes of the current packet that have not come yet. */
  #bodyLeft = 0;
  /** The remaining length as far as it was read. */
  #announced = 0;
  /** What the next length byte counts for; 0 before the first byte of a packet. */
  #multiplier = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False when a packet in this chunk is too large, or its length is not well formed. Not to be asked again then. */
  pass(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      const skipped = Math.min(this.#bodyLeft, chunk.length - at);
      this.#bodyLeft -= skipped;
      at += skipped;
      const byte = chunk[at];
      if (byte === undefined) return true;
      at += 1;
      if (this.#multiplier === 0) this.#begin();
      else if (!this.#lengthByte(byte)) return false;
    }
    return true;
  }

  #begin(): void {
    this.packets += 1;
    this.#announced = 0;
    this.#multiplier = 1;
  }

  #lengthByte(byte: number): boolean {
    this.#announced += (byte & 127) * this.#multiplier;
    if (this.#announced > this.#maxBytes) return false;
    if (byte < 128) {
      this.#bodyLeft = this.#announced;
      this.#multiplier = 0;
      return true;
    }
    this.#multiplier *= 128;
    // A length has four bytes at most.
    return this.#multiplier < 128 ** 4;
  }
}
