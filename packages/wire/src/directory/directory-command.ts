/**
 * The replicated directory of a cluster: who has which name, which node orders which room, which node is home of which
 * edge, which rooms are gone for ever, and which keys are kept out. Commands change it in one order on all nodes; a command that comes twice
 * answers the second time as the first, so whoever heard no answer asks again.
 */
import type { Hlc } from '@bothy/protocols';
import type { Name, PersonId } from '../ids.ts';
import type { NodeId, RoomId } from '../rooms/room-entry.ts';
import type { EdgeHome } from '../telemetry/edge-messages.ts';
import type { EdgeId } from '../telemetry/reading.ts';
import type { KeptKey } from './kept-key.ts';
import type { NameRecord } from './name-claim.ts';

/** A room that a node orders. `creation`: what its id begins with, one for who made it under which request; may be empty. */
export interface DirectoryRoomClaim {
  readonly room: RoomId;
  readonly administrator: NodeId;
  readonly epoch: number;
  readonly creation: string;
}

export type DirectoryCommand =
  /** Binds a name that nobody has. `at`: when, by the asking node's hybrid logical clock. */
  | {
      readonly kind: 'claimName';
      readonly name: Name;
      readonly person: PersonId;
      readonly at: Hlc;
      readonly node: NodeId;
    }
  | { readonly kind: 'releaseName'; readonly name: Name; readonly at: Hlc }
  /** This person's key signs in nowhere. `epoch`: how often it was changed, as the asker knows it; 0 for never. */
  | {
      readonly kind: 'keepOut';
      readonly person: PersonId;
      readonly name: Name;
      readonly by: Name;
      readonly epoch: number;
      readonly atMs: number;
    }
  /** It may again. Of a key that was never kept out it changes nothing. */
  | {
      readonly kind: 'letIn';
      readonly person: PersonId;
      readonly by: Name;
      readonly epoch: number;
      readonly atMs: number;
    }
  /** One room of an id, and of a creation. */
  | { readonly kind: 'claimRoom'; readonly claim: DirectoryRoomClaim }
  /** The room is gone, and its id is never given again. */
  | { readonly kind: 'buryRoom'; readonly room: RoomId; readonly epoch: number }
  /** The home of an edge that has none yet. */
  | { readonly kind: 'claimHome'; readonly edge: EdgeId; readonly node: NodeId; readonly atMs: number }
  /** Another home: `epoch` is the one that the asker knows, so that of two moves at once one is refused. */
  | {
      readonly kind: 'moveHome';
      readonly edge: EdgeId;
      readonly to: NodeId;
      readonly epoch: number;
      readonly atMs: number;
    }
  | { readonly kind: 'forgetHome'; readonly edge: EdgeId }
  /** A node will not come back: its edges get homes among `nodes`, as few as possible move, none gets too many. */
  | {
      readonly kind: 'removeNode';
      readonly node: NodeId;
      readonly nodes: readonly NodeId[];
      readonly atMs: number;
    }
  /** A node joins whose own directory ends: what it knew is taken in. Conflicts are kept and shown. */
  | {
      readonly kind: 'takeIn';
      readonly node: NodeId;
      readonly from: string;
      readonly content: DirectoryContent;
    };

/** What a directory knows, each list in order of its key. */
export interface DirectoryContent {
  readonly names: readonly NameRecord[];
  readonly rooms: readonly DirectoryRoomClaim[];
  readonly buried: readonly { readonly room: RoomId; readonly epoch: number }[];
  readonly homes: readonly EdgeHome[];
  /**
   * Keys that are or were kept out. Absent where there never was one, as in contents of versions that knew of none: those
   * cannot read it, and are to refuse what has it.
   */
  readonly keys?: readonly KeptKey[];
}

export type DirectoryResult =
  | { readonly kind: 'bound' }
  | { readonly kind: 'taken'; readonly by: PersonId }
  /** Whoever claims the name is kept out. */
  | { readonly kind: 'keptOut' }
  /** As it stands now, whoever asked. Null: it was never kept out. */
  | { readonly kind: 'key'; readonly key: KeptKey | null }
  | { readonly kind: 'released'; readonly was: PersonId | null }
  /** The asker's claim stands. */
  | { readonly kind: 'claimed' }
  /** Another room of this creation, or another administrator of this room, was first. */
  | { readonly kind: 'roomTaken'; readonly by: DirectoryRoomClaim }
  | { readonly kind: 'roomBuried' }
  /** As it stands now, whoever asked. Null: the edge has none. */
  | { readonly kind: 'home'; readonly home: EdgeHome | null }
  /** The edge was moved meanwhile. */
  | { readonly kind: 'homeMoved'; readonly home: EdgeHome }
  | { readonly kind: 'removed'; readonly moved: readonly EdgeHome[] }
  | { readonly kind: 'done' }
  /** A limit of the directory is reached; the sentence says which. */
  | { readonly kind: 'full'; readonly sentence: string };
