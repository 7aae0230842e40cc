/**
 * What nodes ask each other about names (design, section 5). Each question has one answer; the driver pairs them and
 * gives up after a few seconds. A record of a name is a join semilattice: merging in any order, any number of times,
 * ends in the same record on all nodes.
 */
import type { Hlc } from '@bothy/protocols';
import type { Name, PersonId } from '../ids.ts';
import type { NodeId } from '../rooms/room-entry.ts';

/** When and where something happened: the order of claims, in which the earlier one has the name. */
export interface Ballot {
  readonly at: Hlc;
  readonly node: NodeId;
}

export interface NameClaim {
  readonly person: PersonId;
  readonly claimed: Ballot;
}

/** Everything that is known of a name. More than one claim is a conflict, which an operator resolves by a release. */
export interface NameRecord {
  readonly name: Name;
  /** The earliest first; one for each person. */
  readonly claims: readonly NameClaim[];
  /** Claims before it are void. */
  readonly released?: Hlc | undefined;
}

/** Buckets of names, by hash, whose digests are compared when two nodes meet. */
export const nameBuckets = 64;
/** Records in one answer or one push. */
export const nameRecordsPerMessage = 200;
/** Claims on one name that are kept: more than two nodes on their own have ever made. The earliest stay. */
export const claimsPerName = 8;

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
