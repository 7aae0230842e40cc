/**
 * Hashes over what this node's disk holds of a room's log, so that copies can be compared without sending them. They
 * are read from the disk and not from memory: what is compared is what would be there after a start.
 */
import { createHash } from 'node:crypto';
import { MerkleTree } from '@bothy/protocols';
import type { RoomEntry, RoomId } from '@bothy/wire';
import { digestFanout } from '@bothy/wire/schemas';
import type { StoredRooms } from './stored-rooms.ts';

export type DiskRooms = Pick<StoredRooms, 'stored'>;

/** What is held of a log: entries from `base + 1` to `lastSeq`. */
export interface HeldLog {
  readonly base: number;
  readonly lastSeq: number;
}

const pageEntries = 256;

async function entriesOf(
  rooms: DiskRooms,
  room: RoomId,
  range: { readonly from: number; readonly to: number; readonly limit: number; readonly last: boolean },
): Promise<readonly RoomEntry[]> {
  const found = await rooms.stored({ kind: 'entries', room, ...range });
  return found.kind === 'entries' ? found.entries : [];
}

/** Undefined where nothing of this room is on the disk. Rejects as `stored` does. */
export async function heldLog(rooms: DiskRooms, room: RoomId): Promise<HeldLog | undefined> {
  const all = { from: 1, to: Number.MAX_SAFE_INTEGER, limit: 1 };
  const [first] = await entriesOf(rooms, room, { ...all, last: false });
  const [last] = await entriesOf(rooms, room, { ...all, last: true });
  return first === undefined || last === undefined ? undefined : { base: first.seq - 1, lastSeq: last.seq };
}

export interface DigestRange {
  /** First number that counts; whatever is below it is as if it were not there. */
  readonly from: number;
  readonly to: number;
  readonly level: number;
}

/** Of the ranges of this level from that of `from` to that of `to`, in order. Rejects as `stored` does. */
export async function digestsOf(
  rooms: DiskRooms,
  room: RoomId,
  { from, to, level }: DigestRange,
): Promise<readonly string[]> {
  const tree = new MerkleTree({ fanout: digestFanout, join: joined });
  for (let next = from; next <= to; ) {
    const page = await entriesOf(rooms, room, { from: next, to, limit: pageEntries, last: false });
    for (const entry of page) tree.set(room, entry.seq, entryDigest(entry));
    if (page.length < pageEntries) break;
    next = (page.at(-1)?.seq ?? to) + 1;
  }
  const indexOf = (seq: number): number => Math.floor((seq - 1) / digestFanout ** level);
  return Array.from({ length: indexOf(to) - indexOf(from) + 1 }, (_, at) =>
    tree.digest({ key: room, level, index: indexOf(from) + at }),
  );
}

/** Of what all nodes hold alike: members in the order of their names, for nodes may write them in another. */
export function entryDigest({ epoch, seq, author, name, sentAt, key, content }: RoomEntry): string {
  return sha256(JSON.stringify([epoch, seq, author, name, sentAt, key, ordered(content)]));
}

function joined(level: number, parts: readonly string[]): string {
  return sha256(JSON.stringify([level, ...parts]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return members.map(([name, each]) => [name, ordered(each)]);
}
