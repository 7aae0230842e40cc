/** What a node keeps of rooms, and what it asks of its store. */
import type { CommitRecord } from '@bothy/protocols';
import type { Author, NodeInfo, RoomEntry, RoomId, RoomRole, RoomVisibility } from '@bothy/wire';

/** A room that this node administers, or keeps a copy of. */
export interface RoomRecord {
  readonly id: RoomId;
  readonly name: string;
  readonly description: string;
  readonly visibility: RoomVisibility;
  readonly administrator: string;
  /** Counts administrators: a lower one is refused by the store. */
  readonly epoch: number;
  /** `seq` before the first entry that is kept: 0 at the administrator; a copy may start later. */
  readonly base: number;
  readonly lastSeq: number;
  readonly memberCount: number;
  /** `<author> <requestId>` of the creation, so that it happens once. */
  readonly createdBy: string;
  readonly pinned: readonly number[];
}

/** How a person stands to a room. */
export interface MemberRecord {
  readonly room: RoomId;
  readonly person: Author;
  readonly name: string;
  readonly verified: boolean;
  readonly standing: 'member' | 'invited' | 'banned';
  readonly role: RoomRole;
  /** The last `seq` they have read, where this node is told. */
  readonly read: number;
}

/**
 * What the directory of the cluster has still to be told of a room. `claim`: the room was made here, and nobody is told
 * of it before the directory has it. `bury`: it was deleted.
 */
export interface RoomIntent {
  readonly room: RoomId;
  readonly intent: 'claim' | 'bury';
  readonly epoch: number;
}

/** All writes of one `persist` become durable together. */
export type RoomWrite =
  | { readonly kind: 'putRoom'; readonly room: RoomRecord }
  /** Each epoch records its first seq. */
  | {
      readonly kind: 'putEpoch';
      readonly room: RoomId;
      readonly epoch: number;
      readonly firstSeq: number;
      readonly administrator: string;
    }
  /**
   * `fenced` when a higher epoch is known, `conflict` when the log's last seq is another: both fail the whole
   * commit. `(room, seq)` and `(room, author, key)` are unique. It raises the stored record's `lastSeq`; no
   * `putRoom` comes along for that.
   */
  | {
      readonly kind: 'append';
      readonly room: RoomId;
      readonly epoch: number;
      readonly expectedLastSeq: number;
      readonly entries: readonly RoomEntry[];
    }
  /** Forgets the body of a message with its files, and the bodies of the edits named. */
  | { readonly kind: 'dropBodies'; readonly room: RoomId; readonly seqs: readonly number[] }
  | { readonly kind: 'putMember'; readonly member: MemberRecord }
  | { readonly kind: 'deleteMember'; readonly room: RoomId; readonly person: Author }
  /** A copy starts anew: its entries and members go, `base` is in the `putRoom` that follows. */
  | { readonly kind: 'clearCopy'; readonly room: RoomId }
  /** The room's entries, members and record go; a tombstone stays, with its last epoch. */
  | { readonly kind: 'deleteRoom'; readonly room: RoomId; readonly epoch: number }
  /** A room of which nobody was ever told goes without a trace, its intent with it. */
  | { readonly kind: 'dropRoom'; readonly room: RoomId }
  /** Key: `intent.room`. */
  | { readonly kind: 'putIntent'; readonly intent: RoomIntent }
  | { readonly kind: 'deleteIntent'; readonly room: RoomId }
  | { readonly kind: 'putCommit'; readonly record: CommitRecord }
  | { readonly kind: 'deleteCommit'; readonly transaction: string }
  | { readonly kind: 'putNode'; readonly node: NodeInfo }
  | { readonly kind: 'deleteNode'; readonly node: string };

export type RoomQuery =
  /** Entries with `from <= seq <= to`, in order: the first `limit`, or with `last` the last `limit`. */
  | {
      readonly kind: 'entries';
      readonly room: RoomId;
      readonly from: number;
      readonly to: number;
      readonly limit: number;
      readonly last: boolean;
    }
  /** What a command must know of the log: the entry of this author and key, the one it is about, and that one's edits. */
  | {
      readonly kind: 'check';
      readonly room: RoomId;
      readonly author: Author;
      readonly key: string;
      readonly target: number | null;
    };

export type RoomFinding =
  | { readonly kind: 'entries'; readonly entries: readonly RoomEntry[] }
  | {
      readonly kind: 'check';
      readonly existing: RoomEntry | null;
      readonly target: RoomEntry | null;
      /** `seq` of every edit of the target. */
      readonly edits: readonly number[];
    };

/** What a start is built from. */
export interface RoomsSnapshot {
  readonly rooms: readonly RoomRecord[];
  readonly members: readonly MemberRecord[];
  readonly tombstones: readonly { readonly room: RoomId; readonly epoch: number }[];
  /** In order of their rooms. */
  readonly intents: readonly RoomIntent[];
  readonly commits: readonly CommitRecord[];
  readonly nodes: readonly NodeInfo[];
  /** True before the first start wrote anything: the default room is made then. */
  readonly fresh: boolean;
}
