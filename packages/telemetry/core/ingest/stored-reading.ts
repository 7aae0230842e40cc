/** A reading as it is stored. */
import type { Reading } from '@bothy/wire';
import type { StoredReading } from './records.ts';

export function storedOf(reading: Reading, isPlain: boolean, heardMs: number): StoredReading {
  const { node: edge, sensor, stampMs, value, unit, boot, seq, hist, quality, extra } = reading;
  // Written out: there may be 50,000 of them in a second.
  const stored: { -readonly [Key in keyof StoredReading]: StoredReading[Key] } = {
    edge,
    sensor,
    stampMs,
    value,
    boot: isPlain ? null : (boot ?? null),
    seq: isPlain ? null : (seq ?? null),
    hist,
    heardMs,
  };
  if (unit !== undefined) stored.unit = unit;
  if (quality !== undefined) stored.quality = quality;
  if (extra !== undefined) stored.extra = extra;
  return stored;
}
