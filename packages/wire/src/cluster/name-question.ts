/**
 * What nodes ask each other about names (design, section 5). Each question has one answer; the driver pairs them and
 * gives up after a few seconds. A record of a name is a join semilattice: merging in any order, any number of times,
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
  /** Whether every node has granted it. Otherwise it is provisional, and gives way to one that is sure. */
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

/** Buckets of names, by hash, whose digests are compared when two nodes meet. */
export const nameBuckets = 64;
/** Records in one answer or one push. */
export const nameRecordsPerMessage = 200;
/** Claims on one name that are kept: more than nodes on their own ever make. The earliest stay. */
export const claimsPerName = 16;

export type NameQuestion =
  /** May this person have this name? Grants it for a few seconds where nobody has it or asks for it earlier. */
  | { readonly kind: 'reserve'; readonly name: Name; readonly claim: NameClaim }
  /** Names have changed: take these in. */
  | { readonly kind: 'records'; readonly records: readonly NameRecord[] }
  /** Digests of all buckets. */
  | { readonly kind: 'digests' }
  /** Records of one bucket behind the name `after`, in the order of names. */
  | { readonly kind: 'bucket'; readonly bucket: number; readonly after: Name | '' };

export type NameAnswer =
  | { readonly kind: 'granted' }
  /** Somebody has it: this is what is known. */
  | { readonly kind: 'known'; readonly record: NameRecord }
  /** Somebody else asked for it earlier and is about to have it. */
  | { readonly kind: 'reserved'; readonly by: NameClaim }
  | { readonly kind: 'done' }
  | { readonly kind: 'digests'; readonly digests: readonly string[] }
  | { readonly kind: 'page'; readonly records: readonly NameRecord[]; readonly complete: boolean };
