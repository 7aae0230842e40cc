/** Everything a client of rooms can ask of the world. */
import type { ClearTimer, Persist, SetTimer } from '@bothy/protocols';
import type {
  Attachment,
  Author,
  ErrorCode,
  RoomAnswers,
  RoomEntry,
  RoomId,
  RoomInfo,
  RoomMember,
  RoomNotice,
} from '@bothy/wire';

/** A message that is not acknowledged yet. Its id names it for ever, so it can be sent as often as it takes. */
export interface OutgoingMessage {
  readonly room: RoomId;
  readonly messageId: string;
  readonly body: string;
  readonly replyTo?: number;
  readonly attachments?: readonly Attachment[];
  /** When it was written: the own clock, Unix milliseconds. To be shown. */
  readonly writtenAt: number;
  /** It was refused, and waits for the person to send it again or give it up. */
  readonly failure?: { readonly code: ErrorCode; readonly message: string };
}

/** What the outbox keeps over a restart, where there is one. `put` replaces by (room, messageId). */
export type OutboxWrite =
  | { readonly kind: 'put'; readonly message: OutgoingMessage }
  | { readonly kind: 'remove'; readonly room: RoomId; readonly messageId: string };

/** A JSON-RPC 2.0 request. The id begins with the method, so that an answer can be parsed by itself. */
export interface RpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 *     stopped ──start──▶ connecting ──session.open──▶ open
 *                         ▲      │ no node answers      │ lost
 *                         │      ▼                      │
 *                         └── waiting ◀─────────────────┘      refused: nothing is tried until `start`
 */
export type ConnectionState = 'connecting' | 'open' | 'waiting' | 'refused' | 'stopped';

/** What the person, or the program, is to know. */
export type ClientNotice =
  | {
      readonly kind: 'connection';
      readonly state: ConnectionState;
      readonly url: string;
      /** While `waiting`: until the next try. */
      readonly retryInMs?: number;
      /** Why it is not open. */
      readonly reason?: { readonly code: ErrorCode | 'lost'; readonly message: string };
    }
  /** Who one is at this node. Comes before `open`. */
  | {
      readonly kind: 'session';
      readonly node: string;
      readonly person: Author;
      readonly name: string;
      readonly verified: boolean;
      readonly limits: Readonly<Record<string, number>>;
    }
  /** The room and its members anew: after a join, and after a resume, for who came and went was missed. */
  | { readonly kind: 'room'; readonly room: RoomInfo; readonly members: readonly RoomMember[] }
  /** Entries in order, each once. */
  | { readonly kind: 'entries'; readonly room: RoomId; readonly entries: readonly RoomEntry[] }
  /** Entries from `from` to `to` are left out; `history` may have them. */
  | { readonly kind: 'gap'; readonly room: RoomId; readonly from: number; readonly to: number }
  /** What was shown after `commonSeq` is not in the log: forget it. */
  | { readonly kind: 'reset'; readonly room: RoomId; readonly commonSeq: number }
  /** The room is followed no longer. */
  | {
      readonly kind: 'out';
      readonly room: RoomId;
      readonly reason: 'left' | 'banned' | 'deleted' | 'refused';
      readonly message: string;
    }
  /** How an own message stands. `given up`: at the person's wish. */
  | {
      readonly kind: 'message';
      readonly message: OutgoingMessage;
      readonly state: 'pending' | 'sent' | 'failed' | 'givenUp';
      /** Once it is `sent`. */
      readonly seq?: number;
    }
  | Exclude<RoomNotice, { readonly kind: 'gap' }>
  /** A notification of a later version. */
  | { readonly kind: 'unknown'; readonly method: string; readonly count: number }
  /** The node sent what is not of the protocol; it was left out. */
  | { readonly kind: 'malformed'; readonly reason: string; readonly count: number };

export type ClientAnswer = RoomAnswers[keyof RoomAnswers];

export type ClientResult =
  | { readonly ok: true; readonly value: ClientAnswer }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

export type ClientOutput =
  | Persist<OutboxWrite>
  | SetTimer
  | ClearTimer
  /** Connect to this node's `/ws` with the sub-protocol `bothy.v1`: answered by `connected` or `closed`. */
  | { readonly kind: 'connect'; readonly connection: number; readonly url: string }
  /** Find out who to be there: answered by `credentials` or `noCredentials`. */
  | {
      readonly kind: 'signIn';
      readonly connection: number;
      readonly url: string;
      /** The token given last was refused: a new one is needed. */
      readonly again: boolean;
    }
  | { readonly kind: 'frame'; readonly connection: number; readonly json: RpcRequest }
  /** End the connection; nothing of it is listened to any more, and `closed` need not come. */
  | { readonly kind: 'close'; readonly connection: number; readonly code: number; readonly reason: string }
  | { readonly kind: 'reply'; readonly id: string; readonly result: ClientResult }
  | { readonly kind: 'notify'; readonly notice: ClientNotice };
