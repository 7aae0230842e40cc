/** What `ClusterLinks` is started with, what it tells, and the parts of the node that it asks. */

import type { Timers } from '@bothy/runtime';
import type {
  BothyError,
  BridgeMessage,
  DirectoryMessage,
  ErrorCode,
  NodeId,
  NodeInfo,
  RoomActor,
  RoomId,
  RoomResult,
} from '@bothy/wire';
import type { RoomClusterMessage } from '../../core/index.ts';
import type { ClusterCredentials } from './cluster-credentials.ts';

/**
 * What happens on the links, told one after another, never while a method of `ClusterLinks` runs. For one node
 * `linkUp` and `linkDown` alternate, and whatever it says is told between them.
 */
export interface ClusterLinkEvents {
  /** `dialled`: the address of the `dial` that this answers. */
  readonly linkUp: (node: NodeInfo, dialled?: string) => void;
  readonly linkDown: (node: NodeId, reason: string) => void;
  /** A `dial` came to nothing; a later one may not. `error.code` is `node_unreachable`, `cluster_refused` or `node_id_taken`. */
  readonly dialFailed: (address: string, error: BothyError) => void;
  /** About rooms. False when it cannot be taken: the link is ended, so that it does not go on with a hole. */
  readonly message: (from: NodeId, message: RoomClusterMessage) => boolean;
  /** What the other node's broker says. @default skipped */
  readonly bridge?: (from: NodeId, message: BridgeMessage) => void;
  /** About the replicated directory. Any of it may get lost. @default skipped */
  readonly directory?: (from: NodeId, message: DirectoryMessage) => void;
  /** Something from outside was refused: to be counted by its code and logged. */
  readonly refused: (code: ErrorCode, message: string) => void;
}

/** A room as `ListRooms` tells it. */
export interface ListedRooms {
  readonly rooms: readonly ListedRoom[];
  readonly unreachable: readonly NodeId[];
}

export interface ListedRoom {
  readonly id: RoomId;
  readonly name: string;
  readonly description: string;
  readonly visibility: 'public' | 'private';
  readonly memberCount: number;
  readonly epoch: number;
  readonly lastSeq: number;
  readonly deleting: boolean;
  readonly administrator: NodeId;
}

/** What nodes and programs that are no node may ask; each part of the node answers its own. What is absent answers `not_found`. */
export interface ClusterServices {
  /** Other nodes that are known, told to who announces. */
  readonly nodes?: () => readonly NodeInfo[];
  readonly listRooms?: () => ListedRooms | Promise<ListedRooms>;
  /**
   * A command for a room, whoever administers it: `history` calls and `Deliver`. `actor` null: somebody without a
   * name, who sees public rooms.
   */
  readonly command?: (request: ServiceCommand) => Promise<RoomResult>;
  /** Answers a question of another node about edges, both as JSON. Throws what it refuses with. */
  readonly answerTelemetry?: (question: string) => Promise<string>;
  /** The bytes of an attached file in order, or undefined when this node does not keep it. */
  readonly readFile?: (file: string) => Promise<AsyncIterable<Uint8Array> | undefined>;
}

export interface ServiceCommand {
  readonly actor: RoomActor | null;
  readonly command: Extract<RoomClusterMessage, { readonly kind: 'forward' }>['command'];
  readonly trace?: string;
}

export interface ClusterLinksOptions {
  /** This node. A port 0 in its address is replaced by the one that `listen` got. */
  readonly self: NodeInfo;
  /** By `clusterCredentials`. */
  readonly credentials: ClusterCredentials;
  readonly events: ClusterLinkEvents;
  readonly services?: ClusterServices;
  readonly timers: Timers;
  /**
   * Why no link can be taken now, as a sentence for who dials; undefined when they can. What has been dialled already is
   * let go. @default always
   */
  readonly closed?: () => string | undefined;
  readonly monoMs: () => number;
  /** A random text, never used before: tells this start of the node from earlier ones. @default random */
  readonly boot?: string;
  /** From a dial, or a call that came in, until the link stands. @default 5000 */
  readonly handshakeTimeoutMs?: number;
  /** What may wait for one node before its link is ended, in bytes. @default 64 MiB */
  readonly queueBytes?: number;
  /** The same in messages. @default 100000 */
  readonly queueMessages?: number;
  /** Connections that others may have to this node at once. @default 256 */
  readonly maxConnections?: number;
}
