/** Readings of one sensor within one day, in the order of their stamps, and the bytes that they are stored as. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { readStamps, writeStamps } from './stamp-column.ts';
import { readValues, writeValues } from './value-column.ts';

/** What few readings have: JSON of `{quality?, extra?}`, by index. */
export type Notes = ReadonlyMap<number, string>;

export interface ReadingBlock {
  /** Unix milliseconds, whole, never falling. */
  readonly stamps: Float64Array;
  readonly values: Float64Array;
  readonly notes?: Notes | undefined;
}

const hasNotes = 1;
const isDeflated = 2;
/** More are taken for damage: they would be a day of a sensor faster than any. */
const mostReadings = 4_000_000;

const writer = new ByteWriter(64 * 1_024);
const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder();

/** `isFinal`: compressed once more, for what is not written again soon. */
export function encodeBlock(
  { stamps, values, notes }: ReadingBlock,
  dayMs: number,
  isFinal: boolean,
): Uint8Array {
  writer.clear();
  writer.unsigned(stamps.length);
  writeStamps(stamps, dayMs, writer);
  writeValues(values, writer);
  const isNoted = notes !== undefined && notes.size > 0;
  if (isNoted) writer.raw(textEncoder.encode(JSON.stringify([...notes])));
  return packed(writer.take(), isNoted ? hasNotes : 0, isFinal);
}

/** Throws `RangeError`, or an error of zlib, on bytes that are damaged. */
export function decodeBlock(bytes: Uint8Array, dayMs: number): ReadingBlock {
  const [flags, reader] = unpacked(bytes);
  const count = reader.unsigned();
  if (count > mostReadings || count > reader.left)
    throw new RangeError('A block says that it has too many readings.');
  const stamps = readStamps(count, dayMs, reader);
  const values = readValues(count, reader);
  if ((flags & hasNotes) === 0) return { stamps, values };
  const pairs = JSON.parse(textDecoder.decode(reader.rest())) as [number, string][];
  return { stamps, values, notes: new Map(pairs) };
}

/** A byte of flags before them; deflated where that makes them fewer. */
export function packed(bytes: Uint8Array, flags: number, isFinal: boolean): Uint8Array {
  const deflated = isFinal ? deflateRawSync(bytes, { level: 6 }) : bytes;
  const isShorter = deflated.length < bytes.length;
  const content = isShorter ? deflated : bytes;
  const all = new Uint8Array(content.length + 1);
  all[0] = isShorter ? flags | isDeflated : flags;
  all.set(content, 1);
  return all;
}

export function unpacked(bytes: Uint8Array): [flags: number, content: ByteReader] {
  const flags = bytes[0] ?? 0;
  const content = bytes.subarray(1);
  return [flags, new ByteReader((flags & isDeflated) === 0 ? content : inflateRawSync(content))];
}
