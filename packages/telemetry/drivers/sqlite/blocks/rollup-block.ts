/** The bytes that the stretches of one sensor and day are stored as. */

import type { RollupBlock } from './buckets.ts';
import { ByteWriter } from './byte-writer.ts';
import { packed, unpacked } from './reading-block.ts';
import { readStamps, writeStamps } from './stamp-column.ts';
import { readValues, writeValues } from './value-column.ts';

/** One reading in each stretch: lowest, highest and sum are the same number. */
const isSingle = 4;
/** Minutes of a day. */
const mostStretches = 1_440;

const writer = new ByteWriter(16 * 1_024);

export function encodeRollups(block: RollupBlock, dayMs: number, widthMs: number): Uint8Array {
  writer.clear();
  writer.unsigned(block.starts.length);
  writeStamps(
    block.starts.map((start) => (start - dayMs) / widthMs),
    0,
    writer,
  );
  writeValues(block.lows, writer);
  const single = block.counts.every((count) => count === 1);
  if (!single) {
    writeStamps(block.counts, 0, writer);
    writeValues(block.highs, writer);
    writeValues(block.sums, writer);
  }
  return packed(writer.take(), single ? isSingle : 0, true);
}

/** Throws `RangeError`, or an error of zlib, on bytes that are damaged. */
export function decodeRollups(bytes: Uint8Array, dayMs: number, widthMs: number): RollupBlock {
  const [flags, reader] = unpacked(bytes);
  const length = reader.unsigned();
  if (length > mostStretches) throw new RangeError('A day has no more than 1440 minutes.');
  const starts = readStamps(length, 0, reader).map((index) => dayMs + index * widthMs);
  const lows = readValues(length, reader);
  if ((flags & isSingle) !== 0) {
    return { starts, counts: new Float64Array(length).fill(1), lows, highs: lows, sums: lows };
  }
  const counts = readStamps(length, 0, reader);
  const highs = readValues(length, reader);
  const sums = readValues(length, reader);
  return { starts, counts, lows, highs, sums };
}
