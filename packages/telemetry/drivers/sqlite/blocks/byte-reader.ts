/** Reads what `ByteWriter` wrote. Damaged bytes throw `RangeError`; nothing is read beyond the end. */

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError('The bytes end in the middle of a number.');
    return value;
  }

  unsigned(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let byte = bytes[at++];
    let value = (byte ?? 0) & 127;
    let shift = 7;
    while (byte !== undefined && byte > 127 && shift < 28) {
      byte = bytes[at++];
      value |= ((byte ?? 0) & 127) << shift;
      shift += 7;
    }
    let factor = 2 ** shift;
    while (byte !== undefined && byte > 127) {
      byte = bytes[at++];
      value += ((byte ?? 0) & 127) * factor;
      factor *= 128;
      if (factor > 2 ** 63) throw new RangeError('A number is longer than 53 bits.');
    }
    if (byte === undefined) throw new RangeError('The bytes end in the middle of a number.');
    this.#at = at;
    return value;
  }

  signed(): number {
    const value = this.unsigned();
    // `value & 1` is right up to 2^53: conversion to 32 bits keeps the lowest.
    return (value & 1) === 1 ? -(value + 1) / 2 : value / 2;
  }

  double(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  rest(): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at);
    this.#at = this.#bytes.length;
    return bytes;
  }
}
