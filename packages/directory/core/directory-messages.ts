/** What the directory of one node takes in and gives out. It lives on the loop of `@bothy/runtime`. */
import type {
  ClearTimer,
  Durable,
  Persist,
  RaftStored,
  RaftWrite,
  SetTimer,
  TimerFired,
} from '@bothy/protocols';
import type {
  DirectoryCommand,
  DirectoryContent,
  DirectoryMessage,
  DirectoryResult,
  NodeId,
} from '@bothy/wire';

export type DirectoryWrite =
  | RaftWrite<DirectoryCommand, DirectoryContent>
  /** The directory that this node belongs to. Another one than before: all that Raft kept is dropped with it. */
  | { readonly kind: 'putDirectory'; readonly directory: string; readonly founders: readonly NodeId[] }
  /** This node's own directory takes no command any more; it is being handed over to the other one. Null: it goes on. */
  | { readonly kind: 'putYield'; readonly to: string | null };

/** What a start finds. A fresh node has no `directory`: it founds one of its own. */
export interface DirectorySnapshot {
  readonly directory: { readonly id: string; readonly founders: readonly NodeId[] } | null;
  readonly yieldsTo: string | null;
  readonly raft: RaftStored<DirectoryCommand, DirectoryContent>;
}

export type DirectoryInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'linkUp'; readonly node: NodeId }
  | { readonly kind: 'linkDown'; readonly node: NodeId }
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: DirectoryMessage }
  /** Answered by `answered` with the same id, once, after this node has applied it itself. */
  | { readonly kind: 'command'; readonly id: string; readonly command: DirectoryCommand }
  /** Answered by `read`: what this node knows by then includes all that was answered anywhere before this came. */
  | { readonly kind: 'read'; readonly id: string }
  /**
   * An operator says that this node will not come back. With `force` also where it takes the majority with it: then the
   * nodes that are left begin a new directory with what they have, and what only the others had is lost.
   */
  | { readonly kind: 'forgetNode'; readonly id: string; readonly node: NodeId; readonly force: boolean }
  | TimerFired
  | Durable;

/** Why something was not done: to be said to people as it is. `mayHappen`: it may still be carried out later. */
export interface DirectoryRefusal {
  readonly ok: false;
  readonly code: 'directory_unavailable' | 'limit_reached' | 'bad_request';
  readonly message: string;
  readonly mayHappen: boolean;
}

export type DirectoryOutput =
  | Persist<DirectoryWrite>
  | { readonly kind: 'send'; readonly to: NodeId; readonly message: DirectoryMessage; readonly early?: true }
  | {
      readonly kind: 'answered';
      readonly id: string;
      readonly result: { readonly ok: true; readonly result: DirectoryResult } | DirectoryRefusal;
    }
  | { readonly kind: 'read'; readonly id: string; readonly result: { readonly ok: true } | DirectoryRefusal }
  | {
      readonly kind: 'forgotten';
      readonly id: string;
      readonly result: { readonly ok: true } | DirectoryRefusal;
    }
  /** The directory has changed here: the command that did it, in order. Names and homes that went with a `takeIn` included. */
  | { readonly kind: 'changed'; readonly command: DirectoryCommand; readonly result: DirectoryResult }
  /** All of it is new: at a start, and when this node was sent a snapshot or another directory. */
  | { readonly kind: 'replaced' }
  /** `view` of the core shows something else than before, such as another leader, or that there is no majority. */
  | { readonly kind: 'standing' }
  | SetTimer
  | ClearTimer;

/** As people are shown it. */
export interface DirectoryView {
  readonly directory: string;
  readonly role: 'leader' | 'follower' | 'learner' | 'candidate';
  readonly leader: NodeId | null;
  readonly term: number;
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
  /**
   * `ready`: commands are carried out. `seeking`: no leader is known for the moment. `stale`: for longer; what is known
   * here is shown and may be old. `joining`: this node's directory is being handed over to another one.
   */
  readonly state: 'ready' | 'seeking' | 'stale' | 'joining';
  /** How many voters may be lost before commands are refused. */
  readonly survives: number;
  /** What a person should know, such as that a cluster of two nodes cannot lose one; empty when all is well. */
  readonly warning: string;
  readonly applied: number;
  /** Directories of other nodes that cannot be joined with this one by themselves. */
  readonly foreign: readonly { readonly node: NodeId; readonly directory: string }[];
}
