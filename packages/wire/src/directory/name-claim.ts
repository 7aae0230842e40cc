/**
 * What is known of a name (design, section 5). A record is a join semilattice: merging in any order, any number of times,
 * ends in the same record on all nodes.
 */
import type { Hlc } from '@bothy/protocols';
import type { Name, PersonId } from '../ids.ts';
import type { NodeId } from '../rooms/room-entry.ts';

/** When and where something happened: the order of claims, in which the earlier one comes first. */
export interface Ballot {
  readonly at: Hlc;
  readonly node: NodeId;
}

export interface NameClaim {
  readonly person: PersonId;
  readonly claimed: Ballot;
  /** Whether the directory has granted it. Otherwise a node did by itself, and it gives way to one that is sure. */
  readonly sure: boolean;
}

/** Everything that is known of a name. Claims of two persons are a conflict, which an operator resolves by a release. */
export interface NameRecord {
  readonly name: Name;
  /** Those that are sure first, then the earliest: the first has the name. */
  readonly claims: readonly NameClaim[];
  /** Claims before it are void. */
  readonly released?: Hlc | undefined;
}

/** Claims on one name that are kept: more than nodes on their own ever make. The earliest stay. */
export const claimsPerName = 16;
