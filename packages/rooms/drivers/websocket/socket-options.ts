/** What a `RoomSocketServer` is started with, what it counts, and the ports that it asks. */
import type { IncomingMessage } from 'node:http';
import type { ErrorCode, Name, NodeId, Notification, PersonId, RoomActor, RoomId } from '@bothy/wire';
import type { ParsedParams } from '@bothy/wire/schemas';
import type { RoomsInput, RoomsOutput } from '../../core/index.ts';

/** What the server hands to the core. */
export type RoomSocketInput = Extract<
  RoomsInput,
  { readonly kind: 'sessionOpened' | 'sessionClosed' | 'command' }
>;

/** What it carries out for the core, in the order given. A `reply` to a command that is not its own is let pass. */
export type RoomSocketOutput = Extract<
  RoomsOutput,
  { readonly kind: 'reply' | 'opened' | 'attach' | 'detach' | 'deliver' | 'deliverTo' | 'notice' }
>;

export interface SignInAttempt {
  readonly token?: string | undefined;
  /** Of a guest. */
  readonly name?: string | undefined;
  /** The upgrade request: where it came from, and through which proxy. */
  readonly request: IncomingMessage;
}

export type SignIn =
  | { readonly ok: true; readonly actor: RoomActor }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Who somebody is that was named by name, or by id. */
export interface KnownPerson {
  readonly person: PersonId;
  readonly name: Name;
}

export interface RoomSocketOptions {
  readonly node: NodeId;
  /** Feeds the core. What it answers comes back through `perform`, now or later. */
  readonly input: (input: RoomSocketInput) => void;
  readonly authenticate: (attempt: SignInAttempt) => Promise<SignIn>;
  /** The person behind a name, or the name behind an id; undefined when no key owns it here. */
  readonly findPerson: (
    by: { readonly name: Name } | { readonly person: PersonId },
  ) => Promise<KnownPerson | undefined>;
  /** Methods of other parts of the node, such as `telemetry.subscribe`. @default none */
  readonly extensions?: readonly SocketExtension[];
  /** @default traces are passed on, and nothing is recorded */
  readonly tracer?: RoomTracer;
  readonly log?: RoomSocketLog;
  /** Milliseconds that never go back. */
  readonly monoMs: () => number;
  /** Unix milliseconds, told by `session.ping`. */
  readonly wallMs: () => number;
  /** A new id, never used before. @default 120 random bits */
  readonly newId?: () => string;
  /** How many connections there may be at once. @default 20000 */
  readonly maxConnections?: number;
  /**
   * What may wait unread for one client before it is let go, in bytes. Entries are kept once for all who wait for
   * them, so that many slow ones cost little more than one. @default 1 MiB
   */
  readonly slowBytes?: number;
  /** Commands of one session that may wait for their answers. @default 256 */
  readonly maxPending?: number;
  /** Commands that one session may give. @default `roomLimits.commandsBurst` and `commandsPerSecond` */
  readonly rate?: { readonly burst: number; readonly perSecond: number };
}

/** A session as extensions see it. */
export interface SocketSession {
  readonly id: string;
  readonly actor: RoomActor;
}

/** A method that is not of the rooms' own table. */
export interface ExtensionMethod {
  readonly method: string;
  /** Checks what came from outside, once. */
  readonly parse: (params: unknown) => ParsedParams<unknown>;
  /** What it returns is the result, as JSON. It refuses by throwing a `BothyError`. */
  readonly call: (session: SocketSession, params: unknown) => Promise<unknown>;
}

export interface SocketExtension {
  readonly methods: readonly ExtensionMethod[];
  /** The session has been answered, and hears from now on. */
  readonly sessionOpened?: (session: SocketSession) => void;
  /** The session has ended, and gets nothing any more. */
  readonly sessionClosed?: (session: SocketSession) => void;
}

/** Sends what extensions have to say: serialised once, however many sessions it goes to. */
export interface SessionNotifier {
  /** Ids of sessions that have ended are let pass. */
  notify(sessions: Iterable<string>, notification: Notification): void;
}

/** Where spans are made. `traceparent` is the header of W3C Trace Context. */
export interface RoomTracer {
  /** A call begins; `end` is called once with how it ended. */
  call(
    method: string,
    traceparent: string | undefined,
  ): {
    /** For the core, which gives it to the administrator and back with what it delivers. */
    readonly trace: string | undefined;
    /** `abandoned`: its connection ended first. */
    end(outcome: 'ok' | 'abandoned' | ErrorCode): void;
  };
  /** Entries of a room were written to this node's members. */
  delivered(trace: string | undefined, room: RoomId, entries: number, sessions: number): void;
}

export interface RoomSocketLog {
  info(fields: Readonly<Record<string, unknown>>, sentence: string): void;
  warn(fields: Readonly<Record<string, unknown>>, sentence: string): void;
}

/** What happened since the start: each only rises. */
export interface RoomSocketCounts {
  sessionsOpened: number;
  /** Frames that clients sent. */
  frames: number;
  /** Requests without an id, which are not answered. */
  notifications: number;
  /** Clients that were let go because too much waited for them to read. */
  slowCloses: number;
  /** Clients that were let go because nothing came from them. */
  silentCloses: number;
  /** Frames that ended their connection: too large, binary, broken or not UTF-8. */
  brokenFrames: number;
  /** Entries written, once for each session. */
  deliveries: number;
  /** Bytes written to clients, frame heads included. */
  sentBytes: number;
}

export function noSocketCounts(): RoomSocketCounts {
  return {
    sessionsOpened: 0,
    frames: 0,
    notifications: 0,
    slowCloses: 0,
    silentCloses: 0,
    brokenFrames: 0,
    deliveries: 0,
    sentBytes: 0,
  };
}
