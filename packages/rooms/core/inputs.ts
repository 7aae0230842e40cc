/** Everything that can happen to a rooms core. Shapes are checked and identities proven by the drivers before. */
import type { CommitMessage, Durable, Found, SwimMessage, TimerFired } from '@bothy/protocols';
import type {
  ClusterMessage,
  DirectoryResult,
  DirectoryRoomClaim,
  NodeInfo,
  ResumeRequest,
  RoomActor,
  RoomCommand,
  RoomId,
} from '@bothy/wire';
import type { RoomFinding } from './records.ts';

export type RoomClusterMessage = ClusterMessage<CommitMessage, SwimMessage>;

/** The directory did not carry it out. `mayHappen`: it may yet. The sentence is for people. */
export interface DirectoryRefused {
  readonly ok: false;
  readonly code: 'directory_unavailable' | 'limit_reached' | 'bad_request';
  readonly message: string;
  readonly mayHappen: boolean;
}

export type RoomsInput =
  | TimerFired
  | Durable
  | Found<RoomFinding>
  /** The node runs: rooms are offered, others are dialled. Once, first. */
  | { readonly kind: 'start' }
  /** The node is about to end in order: what is written behind is written now. */
  | { readonly kind: 'stop' }
  /** A client signed in over `/ws`. Answered by one `opened`. */
  | {
      readonly kind: 'sessionOpened';
      readonly session: string;
      readonly actor: RoomActor;
      readonly resume: readonly ResumeRequest[];
    }
  | { readonly kind: 'sessionClosed'; readonly session: string }
  /** Answered by exactly one `reply` with this id. `session` is null for REST and integrations. */
  | {
      readonly kind: 'command';
      readonly id: string;
      readonly session: string | null;
      readonly actor: RoomActor;
      readonly command: RoomCommand;
      /**
       * With `create`: 16 letters of base32, made of the creator and the request by a function that cannot be
       * inverted and is the same at every node. The id of the room begins with them.
       */
      readonly creation?: string;
      readonly trace?: string;
    }
  /** The link to another node stands: it proved to belong to the cluster, and said who it is. */
  | {
      readonly kind: 'linkUp';
      readonly node: NodeInfo;
      /** The address of the `dial` that this answers; it may be another name of the node's own address. */
      readonly dialled?: string;
    }
  | { readonly kind: 'linkDown'; readonly node: string }
  /** A `dial` came to nothing. */
  | { readonly kind: 'dialFailed'; readonly address: string; readonly reason: string }
  | { readonly kind: 'message'; readonly from: string; readonly message: RoomClusterMessage }
  /** To an `askDirectory` of this start: exactly one, after a `directorySays` with what it changed. */
  | {
      readonly kind: 'directoryAnswered';
      readonly id: string;
      readonly result: { readonly ok: true; readonly result: DirectoryResult } | DirectoryRefused;
    }
  /**
   * What this node knows of the directory by now, in its order: what has changed, or with `whole` all that it has of the
   * rooms that this node holds (`heldRooms`), as at every start and when another directory came.
   */
  | {
      readonly kind: 'directorySays';
      readonly whole: boolean;
      readonly rooms: readonly DirectoryRoomClaim[];
      readonly buried: readonly RoomId[];
    }
  /** An operator's order; answered by `forgotten`. */
  | { readonly kind: 'forgetNode'; readonly id: string; readonly node: string };
