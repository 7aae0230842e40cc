/** What a node says over `/ws`, as a client holds it once it was parsed (schemas/room-answer-schema.ts). */
import type { ErrorCode } from '../errors.ts';
import type { Resumed, RoomAnswers, RoomCommandKind } from './room-commands.ts';
import type { Author, NodeId, RoomEntry, RoomId } from './room-entry.ts';
import type { RoomNotice } from './room-notices.ts';

/** The result of `session.open`. */
export interface SessionOpened {
  readonly node: NodeId;
  readonly person: Author;
  readonly name: string;
  readonly verified: boolean;
  /** Silence of two of these ends a session. */
  readonly heartbeatMs: number;
  readonly limits: Readonly<Record<string, number>>;
  readonly resumed: readonly Resumed[];
}

export interface SessionAnswers {
  readonly 'session.open': SessionOpened;
  readonly 'session.ping': { readonly now: number };
}

export type ClientMethod = keyof SessionAnswers | `room.${RoomCommandKind}`;

export type AnswerOf<Method extends ClientMethod> = Method extends keyof SessionAnswers
  ? SessionAnswers[Method]
  : Method extends `room.${infer Kind extends RoomCommandKind}`
    ? RoomAnswers[Kind]
    : never;

/** One answer, told apart by its method. */
export type ServerAnswer = {
  [Method in ClientMethod]: {
    readonly kind: 'answer';
    readonly id: string;
    readonly method: Method;
    readonly result: AnswerOf<Method>;
  };
}[ClientMethod];

export type ServerFrame =
  | ServerAnswer
  /** `id` is null where the node could not read the request. A code of a later version counts as `internal`. */
  | {
      readonly kind: 'refusal';
      readonly id: string | null;
      readonly code: ErrorCode;
      readonly message: string;
    }
  | { readonly kind: 'entry'; readonly room: RoomId; readonly entry: RoomEntry }
  | { readonly kind: 'notice'; readonly notice: RoomNotice }
  /** Of a later version, or of another product: for whoever knows the method, else to be counted. */
  | {
      readonly kind: 'unknown';
      readonly method: string;
      readonly params: Readonly<Record<string, unknown>>;
    }
  /** Answers a call of another product, as it came: its id begins with `extensionIdPrefix`. */
  | { readonly kind: 'extension'; readonly id: string; readonly result: unknown }
  /** Not of the protocol at all. */
  | { readonly kind: 'malformed'; readonly reason: string };
