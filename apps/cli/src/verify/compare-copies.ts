/** Finds what differs between the log of a room and a copy of it, by digests of ranges. */
import { type Difference, MerkleComparison, type MerkleRange } from '@bothy/protocols';
import { BothyError, type RoomId } from '@bothy/wire';
import { digestFanout, maxDigestNumbers } from '@bothy/wire/schemas';
import type { AskDigest } from './node-digests.ts';

export interface Bounds {
  readonly from: number;
  readonly to: number;
}

export interface ComparedCopy {
  readonly room: RoomId;
  /** Of who orders the room: `onlyOurs` is what the copy lacks. */
  readonly log: AskDigest;
  readonly copy: AskDigest;
  /** Numbers that both hold. */
  readonly bounds: Bounds;
  /** So many numbers more are compared. */
  readonly compared?: (numbers: number) => void;
}

/**
 * Differences that were seen twice: an entry whose text is taken away meanwhile is without it here a moment before it
 * is there. Throws what asking does.
 */
export async function compareCopies(asked: ComparedCopy): Promise<readonly Difference[]> {
  const first = await differencesWithin(asked, asked.bounds);
  const seen: Difference[] = [];
  for (const { from, to } of first) {
    seen.push(...(await differencesWithin({ ...asked, compared: () => {} }, { from, to })));
  }
  return seen;
}

/** In slices of what one answer tells. */
async function differencesWithin(asked: ComparedCopy, { from, to }: Bounds): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  for (let start = from; start <= to; ) {
    const sliceEnd = Math.ceil(start / maxDigestNumbers) * maxDigestNumbers;
    const slice = { from: start, to: Math.min(to, sliceEnd) };
    found.push(...(await compareSlice(asked, slice)));
    asked.compared?.(slice.to - slice.from + 1);
    start = slice.to + 1;
  }
  return found;
}

async function compareSlice(
  { room, log, copy }: ComparedCopy,
  bounds: Bounds,
): Promise<readonly Difference[]> {
  const comparison = new MerkleComparison([{ key: room, ...bounds }], {
    fanout: digestFanout,
    maxAsked: 4,
    maxDifferences: maxDigestNumbers,
  });
  while (comparison.wanted.length > 0) {
    const partsAt = (ask: AskDigest) =>
      Promise.all(comparison.wanted.map((range) => partsOf(ask, room, range, bounds)));
    const [ours, theirs] = await Promise.all([partsAt(log), partsAt(copy)]);
    if (!comparison.take(ours, theirs)) throw unexpected();
  }
  return comparison.differences;
}

/** The digests of a range's parts; what is outside the bounds counts as not there. */
async function partsOf(
  ask: AskDigest,
  room: RoomId,
  { level, index }: MerkleRange,
  bounds: Bounds,
): Promise<readonly string[]> {
  const size = digestFanout ** level;
  const from = Math.max(bounds.from, index * size + 1);
  const to = Math.min(bounds.to, (index + 1) * size);
  const answer = await ask(room, { from, to, level: level - 1 });
  if (answer === undefined) throw unexpected();
  const first = answer.index - index * digestFanout;
  if (answer.level !== level - 1 || first < 0 || first + answer.digests.length > digestFanout) {
    throw unexpected();
  }
  return Array.from({ length: digestFanout }, (_, part) => answer.digests[part - first] ?? '');
}

function unexpected(): BothyError {
  return new BothyError(
    'bad_request',
    'The room changed hands or went away while it was compared. Try again.',
  );
}
