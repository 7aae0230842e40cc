/** Everything that can happen to a client of rooms. Frames are parsed by the schema of `wire` before. */
import type { Durable, TimerFired } from '@bothy/protocols';
import type { Author, ErrorCode, Name, RoomCommand, RoomId, RoomRole, ServerFrame } from '@bothy/wire';

/** Whom a command is about: one of the two; a name is looked up by the node. */
export type Whom =
  | { readonly person: Author; readonly name?: never }
  | { readonly name: Name; readonly person?: never };

type AboutKind = 'invite' | 'setRole' | 'ban';

/** Calls of the protocol by the kind of their command: `send` is `room.send`, its other members are the parameters. */
export type ClientCall =
  | Exclude<RoomCommand, { readonly kind: AboutKind }>
  | (Whom & { readonly kind: 'invite'; readonly requestId: string; readonly room: RoomId })
  | (Whom & {
      readonly kind: 'setRole';
      readonly requestId: string;
      readonly room: RoomId;
      readonly role: RoomRole;
    })
  | (Whom & {
      readonly kind: 'ban';
      readonly requestId: string;
      readonly room: RoomId;
      readonly on: boolean;
      readonly reason?: string;
    });

export type ClientCommand =
  | ClientCall
  /** A message that failed is sent again, with its id. */
  | { readonly kind: 'retry'; readonly room: RoomId; readonly messageId: string }
  /** A message that failed, or still waits, is given up. */
  | { readonly kind: 'discard'; readonly room: RoomId; readonly messageId: string };

/** A node that sessions can be opened at. */
export interface KnownNode {
  /** Of its `/ws`, `ws:` or `wss:`. */
  readonly url: string;
  /** Its id, where it is known: `node.state` names nodes by it. */
  readonly node?: string;
  /** Sessions that it has, where that is known: of two nodes the one with fewer is tried first. */
  readonly sessions?: number;
}

export type ClientInput =
  | TimerFired
  | Durable
  /** Connect, and stay connected. Once, first; again after the state `refused`. */
  | { readonly kind: 'start' }
  /** Ends the session and everything that waits; what is in the outbox stays there. */
  | { readonly kind: 'stop' }
  /** The machine has woken up, or says that the network is back: worth a try at once. */
  | { readonly kind: 'hint'; readonly hint: 'online' | 'awake' }
  /** Other nodes of the cluster; those given at the start stay known. */
  | { readonly kind: 'nodes'; readonly nodes: readonly KnownNode[] }
  /** The `connect` of this number stands. */
  | { readonly kind: 'connected'; readonly connection: number }
  /** It ended, or never stood. `code` is WebSocket's; 1006 where there is none. */
  | {
      readonly kind: 'closed';
      readonly connection: number;
      readonly code: number;
      readonly reason: string;
    }
  | { readonly kind: 'frame'; readonly connection: number; readonly frame: ServerFrame }
  /** The answer to `signIn`: a token, or a name to be a guest by. */
  | {
      readonly kind: 'credentials';
      readonly connection: number;
      readonly token?: string;
      readonly name?: Name;
    }
  /** There is no token to be had now. */
  | {
      readonly kind: 'noCredentials';
      readonly connection: number;
      readonly code: ErrorCode;
      readonly message: string;
    }
  /** Answered by exactly one `reply` with this id. */
  | { readonly kind: 'command'; readonly id: string; readonly command: ClientCommand };
