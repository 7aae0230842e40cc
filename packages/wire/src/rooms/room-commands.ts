/** What a person asks of a room, checked in shape already, and what comes back (design, section 4). */
import type { ErrorCode } from '../errors.ts';
import type {
  Attachment,
  Author,
  Position,
  RoomEntry,
  RoomId,
  RoomInfo,
  RoomMember,
  RoomRole,
  RoomVisibility,
} from './room-entry.ts';

/** Who asks: proven by a token, or a guest. */
export interface RoomActor {
  readonly person: Author;
  readonly name: string;
  readonly verified: boolean;
  readonly operator: boolean;
}

/** Commands that the room's administrator answers. */
export type OrderedCommand =
  | {
      readonly kind: 'join';
      readonly requestId: string;
      readonly room: RoomId;
      /** Entries after this place; without it the last `limit`. */
      readonly after?: Position;
      readonly limit: number;
    }
  | { readonly kind: 'leave'; readonly requestId: string; readonly room: RoomId }
  | { readonly kind: 'info'; readonly room: RoomId }
  | {
      readonly kind: 'send';
      readonly room: RoomId;
      readonly messageId: string;
      readonly body: string;
      readonly replyTo?: number;
      readonly attachments?: readonly Attachment[];
    }
  | {
      readonly kind: 'edit';
      readonly requestId: string;
      readonly room: RoomId;
      readonly target: number;
      readonly body: string;
    }
  | {
      readonly kind: 'react';
      readonly requestId: string;
      readonly room: RoomId;
      readonly target: number;
      readonly emoji: string;
      readonly on: boolean;
    }
  | {
      readonly kind: 'redact';
      readonly requestId: string;
      readonly room: RoomId;
      readonly target: number;
      readonly reason?: string;
    }
  | {
      readonly kind: 'pin';
      readonly requestId: string;
      readonly room: RoomId;
      readonly target: number;
      readonly on: boolean;
    }
  | {
      readonly kind: 'invite';
      readonly requestId: string;
      readonly room: RoomId;
      readonly person: Author;
      readonly personName: string;
    }
  | {
      readonly kind: 'setRole';
      readonly requestId: string;
      readonly room: RoomId;
      readonly person: Author;
      readonly role: RoomRole;
    }
  | {
      readonly kind: 'ban';
      readonly requestId: string;
      readonly room: RoomId;
      readonly person: Author;
      readonly on: boolean;
      readonly reason?: string;
    }
  | {
      readonly kind: 'update';
      readonly requestId: string;
      readonly room: RoomId;
      readonly name?: string;
      readonly description?: string;
      readonly visibility?: RoomVisibility;
    }
  | { readonly kind: 'typing'; readonly room: RoomId; readonly active: boolean }
  | { readonly kind: 'markRead'; readonly room: RoomId; readonly seq: number }
  | {
      readonly kind: 'history';
      readonly room: RoomId;
      /** Entries with a lower `seq`, the last `limit` of them. */
      readonly before?: number;
      /** Entries with a higher `seq`, the first `limit` of them. Neither: the last `limit`. */
      readonly after?: number;
      readonly limit: number;
      /** Also for who is no member, if the room is public: REST reads. */
      readonly open?: true;
    }
  | { readonly kind: 'delete'; readonly requestId: string; readonly room: RoomId };

/** Commands that the person's own node answers by itself. */
export type LocalCommand =
  | { readonly kind: 'list' }
  | {
      readonly kind: 'create';
      readonly requestId: string;
      readonly name: string;
      readonly description: string;
      readonly visibility: RoomVisibility;
    };

export type RoomCommand = OrderedCommand | LocalCommand;
export type RoomCommandKind = RoomCommand['kind'];

/** How a deletion stands: `pending` names the nodes that have not confirmed yet. */
export interface DeletionOutcome {
  readonly outcome: 'committed' | 'aborted' | 'pending';
  readonly votes: Readonly<Record<string, 'ready' | 'abort' | 'silent'>>;
  readonly pending: readonly string[];
  readonly reason?: string;
}

/** The answers, by kind of command. */
export interface RoomAnswers {
  readonly list: { readonly rooms: readonly RoomInfo[]; readonly unreachable: readonly string[] };
  readonly create: { readonly room: RoomInfo };
  readonly join: {
    readonly room: RoomInfo;
    readonly members: readonly RoomMember[];
    readonly entries: readonly RoomEntry[];
    /** False when entries between `after` and the first of `entries` are left out. */
    readonly complete: boolean;
    /** The last `seq` that this person has read. */
    readonly read: number;
  };
  readonly leave: { readonly room: RoomId };
  readonly info: { readonly room: RoomInfo; readonly members: readonly RoomMember[] };
  readonly send: { readonly epoch: number; readonly seq: number; readonly duplicate: boolean };
  readonly edit: Position;
  readonly react: Position;
  readonly redact: Position;
  readonly pin: Position;
  readonly invite: Position;
  readonly setRole: Position;
  readonly ban: Position;
  readonly update: Position;
  readonly typing: Readonly<Record<string, never>>;
  readonly markRead: Readonly<Record<string, never>>;
  readonly history: { readonly entries: readonly RoomEntry[]; readonly complete: boolean };
  readonly delete: DeletionOutcome;
}

export type RoomAnswer = RoomAnswers[RoomCommandKind];

export type RoomResult =
  | { readonly ok: true; readonly value: RoomAnswer }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Where a client stood in a room when it lost its node. */
export interface ResumeRequest extends Position {
  readonly room: RoomId;
}

/** How a room goes on for a session that was opened with `resume`; the missed entries follow as notifications. */
export type Resumed =
  | {
      readonly room: RoomId;
      /** The first entry that follows. */
      readonly from: number;
      /** False when entries before `from` were left out; `room.gap` names them. */
      readonly complete: boolean;
    }
  /** The log does not know that position: forget what comes after `commonSeq`, and join anew. */
  | { readonly room: RoomId; readonly reset: { readonly commonSeq: number } }
  | { readonly room: RoomId; readonly code: ErrorCode; readonly message: string };
