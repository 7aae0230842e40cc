/** The names that one node keeps, and what a cluster of them needs of it. */
import type { Ballot, Certificate, Name, NameRecord, PersonId } from '@bothy/wire';
import type { ClaimResult, NameDirectory } from '../name-directory.ts';

/** How a claim is written down. */
export interface ClaimTerms {
  readonly claimed: Ballot;
  /** Whether all nodes have granted it; otherwise it is provisional. */
  readonly sure: boolean;
}

/** Somebody has a name who had it not before, or the other way round. */
export interface OwnerChange {
  readonly name: Name;
  readonly before: PersonId | undefined;
  readonly after: PersonId | undefined;
}

/** The names that a node has on its own disk. */
export interface LocalNames extends NameDirectory {
  claim(certificate: Certificate, terms?: ClaimTerms): Promise<ClaimResult>;
  record(name: Name): Promise<NameRecord | undefined>;
  /** Takes in what others know, durably. What changed owner by it. */
  merge(records: readonly NameRecord[]): Promise<readonly OwnerChange[]>;
  /** One short text per bucket, equal where the records are. */
  digests(): Promise<readonly string[]>;
  /** Records of a bucket behind a name, in the order of names. */
  bucket(bucket: number, after: Name | '', limit: number): Promise<readonly NameRecord[]>;
}
