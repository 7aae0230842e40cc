/**
 * What nodes say to each other about rooms, as plain data; the gRPC driver
 * writes it as `bothy.cluster.v1` Protocol Buffers. Messages of one pair of nodes
 * arrive in order within one link session, and not at all once it has ended.
 */
import type { OrderedCommand, RoomActor, RoomResult } from './room-commands.ts';
import type {
  Author,
  NodeId,
  Position,
  RoomEntry,
  RoomId,
  RoomMember,
  RoomPresence,
  RoomVisibility,
} from './room-entry.ts';

/** A node as others know it. */
export interface NodeInfo {
  readonly id: NodeId;
  /** Random, made with the data folder: two nodes with one id are told apart by it. */
  readonly instance: string;
  /** `host:port` where its cluster listener is reached. */
  readonly address: string;
  /** Where its web app and `/ws` are reached, for clients that look for another node; empty when unknown. */
  readonly webUrl: string;
  readonly version: string;
}

/** A room as the directory of its administrator lists it. */
export interface DirectoryRoom {
  readonly id: RoomId;
  readonly name: string;
  readonly description: string;
  readonly visibility: RoomVisibility;
  readonly memberCount: number;
  readonly epoch: number;
  readonly lastSeq: number;
  readonly deleting: boolean;
  /** Of a private room: who may see that it is there. */
  readonly visibleTo?: readonly Author[];
}

/** What a follower needs beside the entries to speak for a room. */
export interface RoomSnapshot {
  readonly room: DirectoryRoom;
  readonly members: readonly RoomMember[];
  /** `seq` of the messages that are pinned, in the order in which they were. */
  readonly pinned: readonly number[];
}

export type ClusterMessage<Commit, Swim> =
  | {
      readonly kind: 'heartbeat';
      /** Everybody that the sender knows, so that newcomers learn of all; or nobody, to say it another time. */
      readonly nodes: readonly NodeInfo[];
      /** Open sessions, rooms and messages per second, to be shown. */
      readonly load: NodeLoad;
      /** The next one comes within so long; 0 from nodes of earlier versions, for which it is a second. */
      readonly nextMs: number;
      /** The sender's wall clock; 0 from earlier versions. */
      readonly sentMs: number;
      /** Of the receiver's last heartbeat that came: what it said, and when by the sender's wall clock. */
      readonly heard?: { readonly sentMs: number; readonly heardMs: number };
    }
  /** The sender's own rooms: all of them when a link comes up (`whole`), later what changed. */
  | {
      readonly kind: 'directory';
      readonly whole: boolean;
      readonly rooms: readonly DirectoryRoom[];
      readonly removed: readonly RoomId[];
    }
  /** Asks the administrator to keep the sender's copy up to date: everything after `after`, then live. */
  | {
      readonly kind: 'follow';
      readonly room: RoomId;
      readonly after: Position;
      /** Members with a connection at the sender. */
      readonly online: readonly Author[];
    }
  | { readonly kind: 'unfollow'; readonly room: RoomId }
  /** The answer to `follow`: the room as it is at `commit`; entries follow as `deliver`. `base`: entries up to it are not sent. */
  | {
      readonly kind: 'following';
      readonly snapshot: RoomSnapshot;
      readonly base: Position;
      readonly commit: Position;
    }
  | { readonly kind: 'notFollowing'; readonly room: RoomId; readonly reason: 'unknown' | 'deleted' }
  /** Entries in order, once per node however many members it has. Members see only what is up to `commitSeq`. */
  | {
      readonly kind: 'deliver';
      readonly room: RoomId;
      readonly epoch: number;
      readonly entries: readonly RoomEntry[];
      readonly commitSeq: number;
      readonly trace?: string;
    }
  | {
      readonly kind: 'forward';
      readonly id: string;
      readonly actor: RoomActor;
      readonly command: OrderedCommand;
      readonly trace?: string;
    }
  | { readonly kind: 'forwarded'; readonly id: string; readonly result: RoomResult }
  /** A follower tells the administrator who came and went; the administrator tells every follower how all stand. */
  | {
      readonly kind: 'presence';
      readonly room: RoomId;
      readonly persons: readonly { readonly person: Author; readonly presence: RoomPresence }[];
    }
  | {
      readonly kind: 'typing';
      readonly room: RoomId;
      readonly person: Author;
      readonly name: string;
      readonly active: boolean;
    }
  /** An operator has told the sender that this node will not come back. */
  | { readonly kind: 'forget'; readonly node: NodeId }
  /** Two-phase commit of a deletion. */
  | { readonly kind: 'commit'; readonly message: Commit }
  /** Who is there, in a cluster of more than ten nodes. */
  | { readonly kind: 'swim'; readonly message: Swim };

export interface NodeLoad {
  readonly sessions: number;
  readonly rooms: number;
  readonly messagesPerSecond: number;
}
