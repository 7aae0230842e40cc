/**
 * One entry of a room's log, as it is stored, sent between nodes and shown to
 * members. `(room, seq)` is its key; everything that changes a room is an entry,
 * so that a resume misses nothing (design, section 7).
 */
import type { PersonId } from '../ids.ts';

/** 20 characters of lower-case base32. */
export type RoomId = string;
export const roomIdPattern = /^[a-z2-7]{20}$/;

/** A node's id, as `--id` takes it. */
export type NodeId = string;
export const nodeIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * A person's id; `guest:<name>` for somebody who proved no key: such a one owns nothing that a key would inherit;
 * `node:<id>` where a node itself acts, such as for the room that it offers from its first start.
 */
export type Author = PersonId | `guest:${string}` | `node:${string}`;
export const guestPattern = /^guest:[a-z0-9][a-z0-9._-]{1,31}$/;
export const authorPattern =
  /^([a-z2-7]{32}|guest:[a-z0-9][a-z0-9._-]{1,31}|node:[A-Za-z0-9][A-Za-z0-9._-]{0,62})$/;

/**
 * What a client made up to name its own message or request, once for ever: 1 to 64 characters. Keys that a node
 * makes up itself begin with `~`, which no client's does.
 */
export const requestIdPattern = /^[A-Za-z0-9._:-]{1,64}$/;

/** A place in a room's log; entry `seq` was the last one seen. `seq` 0 is before the first. */
export interface Position {
  readonly epoch: number;
  readonly seq: number;
}

export type RoomRole = 'owner' | 'moderator' | 'member' | 'reader';
export const roomRoles = ['owner', 'moderator', 'member', 'reader'] as const;
export type RoomVisibility = 'public' | 'private';

/** A small file that a node keeps: uploaded first, then named by a message. */
export interface Attachment {
  readonly file: string;
  /** The node that holds it. */
  readonly node: NodeId;
  readonly name: string;
  /** A media type such as `image/png`. */
  readonly type: string;
  readonly sizeBytes: number;
}

export type LeaveReason = 'left' | 'banned' | 'nodeFailed' | 'disconnected';

/** What an entry says. `target` is the `seq` of the message that it is about. */
export type RoomContent =
  | {
      readonly kind: 'message';
      /** Null once it was redacted. */
      readonly body: string | null;
      readonly replyTo?: number;
      readonly attachments?: readonly Attachment[];
    }
  | { readonly kind: 'edit'; readonly target: number; readonly body: string | null }
  | { readonly kind: 'redact'; readonly target: number; readonly reason?: string }
  | { readonly kind: 'react'; readonly target: number; readonly emoji: string; readonly on: boolean }
  | { readonly kind: 'pin'; readonly target: number; readonly on: boolean }
  | {
      readonly kind: 'created';
      readonly roomName: string;
      readonly description: string;
      readonly visibility: RoomVisibility;
    }
  | {
      readonly kind: 'updated';
      readonly roomName?: string;
      readonly description?: string;
      readonly visibility?: RoomVisibility;
    }
  | { readonly kind: 'joined'; readonly person: Author; readonly personName: string; readonly role: RoomRole }
  | {
      readonly kind: 'left';
      readonly person: Author;
      readonly personName: string;
      readonly reason: LeaveReason;
    }
  | { readonly kind: 'invited'; readonly person: Author; readonly personName: string }
  | { readonly kind: 'role'; readonly person: Author; readonly role: RoomRole }
  | { readonly kind: 'banned'; readonly person: Author; readonly on: boolean; readonly reason?: string }
  /** Of a later version: it counts, and is passed on as it came. */
  | {
      readonly kind: 'unknown';
      readonly original: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

export interface RoomEntry {
  readonly epoch: number;
  /** From 1, without gaps, never restarted. */
  readonly seq: number;
  readonly author: Author;
  /** The author's name when it was written. */
  readonly name: string;
  /** The administrator's clock, Unix milliseconds: to show, never to order by. */
  readonly sentAt: number;
  /** The author's `messageId` or `requestId`: unique per room and author for ever. */
  readonly key: string;
  readonly content: RoomContent;
}

/** A member of a room, as clients see one. */
export interface RoomMember {
  readonly person: Author;
  readonly name: string;
  readonly role: RoomRole;
  /** False for a guest: nobody proved that the name is theirs. */
  readonly verified: boolean;
  readonly presence: 'online' | 'away' | 'offline';
}

/** The member's connections ended, or their node cannot be reached: `away`; `offline` after a while. */
export type RoomPresence = RoomMember['presence'];

/** `deleting`: a deletion was prepared, and is not decided. */
export type RoomState = 'available' | 'unavailable' | 'catchingUp' | 'deleting' | 'deleted';

export interface RoomInfo {
  readonly id: RoomId;
  readonly name: string;
  readonly description: string;
  readonly visibility: RoomVisibility;
  readonly administrator: NodeId;
  readonly memberCount: number;
  readonly state: RoomState;
  readonly epoch: number;
  readonly lastSeq: number;
  /** `seq` of the messages that are pinned; empty where only the directory knows the room. */
  readonly pinned: readonly number[];
}
