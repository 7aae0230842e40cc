/** What the cases of room stores are made of. */
import type { RoomContent, RoomEntry } from '@bothy/wire';
import type { MemberRecord, RoomFinding, RoomQuery, RoomRecord, RoomWrite } from '../records.ts';

/** Deleted rooms that the stores under test remember. */
export const caseTombstones = 3;

export const room = 'a'.repeat(20);
export const otherRoom = 'b'.repeat(20);
export const ann = 'a'.repeat(32);
export const ben = 'guest:ben';

export const file = { file: 'f'.repeat(26), node: 'n1', name: 'map.png', type: 'image/png', sizeBytes: 9 };

export function record(change: Partial<RoomRecord> = {}): RoomRecord {
  return {
    id: room,
    name: 'Tea',
    description: 'and "cake" — ☕',
    visibility: 'private',
    administrator: 'n1',
    epoch: 1,
    base: 0,
    lastSeq: 0,
    memberCount: 1,
    createdBy: `${ann} create-1`,
    pinned: [],
    ...change,
  };
}

export function entry(seq: number, content: RoomContent, change: Partial<RoomEntry> = {}): RoomEntry {
  return {
    epoch: 1,
    seq,
    author: ann,
    name: 'ann',
    sentAt: 1_700_000_000_000,
    key: `k${seq}`,
    content,
    ...change,
  };
}

export function says(
  seq: number,
  body: string | null = `text ${seq}`,
  change: Partial<RoomEntry> = {},
): RoomEntry {
  return entry(seq, { kind: 'message', body }, change);
}

export function append(expectedLastSeq: number, entries: readonly RoomEntry[], epoch = 1): RoomWrite {
  return { kind: 'append', room, epoch, expectedLastSeq, entries };
}

export function put(change: Partial<RoomRecord> = {}): RoomWrite {
  return { kind: 'putRoom', room: record(change) };
}

export function member(change: Partial<MemberRecord> = {}): MemberRecord {
  const standing = { standing: 'member', role: 'owner', read: 0 } as const;
  return { room, person: ann, name: 'ann', verified: true, ...standing, ...change };
}

export function ask(from: number, to: number, limit: number, last = false): RoomQuery {
  return { kind: 'entries', room, from, to, limit, last };
}

export function found(...entries: readonly RoomEntry[]): RoomFinding {
  return { kind: 'entries', entries };
}

export const three = [says(1), says(2), says(3)] as const;
/** Everything that JSON and databases have stumbled over. */
export const odd = 'a\u0000b \u2028 \ud83c\udf75 "\\" \ud800 \n';

export const node = { id: 'n2', instance: 'i2', address: '127.0.0.1:7072', webUrl: '', version: '0.1.0' };
