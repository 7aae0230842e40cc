/**
 * A column of rising whole numbers (milliseconds of a day, numbers of stretches) as differences of differences
 * (Pelkonen et al., Gorilla, VLDB 2015, section 4.1.1): a sensor that keeps its interval costs a byte each, which is
 * mostly zero.
 */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** `origin` is taken off each: the start of the day. */
export function writeStamps(stamps: Float64Array, origin: number, writer: ByteWriter): void {
  let before = origin;
  let interval = 0;
  for (let i = 0; i < stamps.length; i++) {
    const stamp = stamps[i] ?? 0;
    const next = stamp - before;
    writer.signed(next - interval);
    before = stamp;
    // The first distance is from the origin and says nothing of the next.
    interval = i === 0 ? 0 : next;
  }
}

export function readStamps(count: number, origin: number, reader: ByteReader): Float64Array {
  const stamps = new Float64Array(count);
  let stamp = origin;
  let interval = 0;
  for (let i = 0; i < count; i++) {
    const next = interval + reader.signed();
    stamp += next;
    stamps[i] = stamp;
    interval = i === 0 ? 0 : next;
  }
  return stamps;
}
