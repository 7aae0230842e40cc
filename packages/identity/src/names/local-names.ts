/** The names that one node keeps on its own disk: what it has applied of the cluster's directory. */
import type { Name, NameRecord, PersonId } from '@bothy/wire';

/** Somebody has a name who had it not before, or the other way round. */
export interface OwnerChange {
  readonly name: Name;
  readonly before: PersonId | undefined;
  readonly after: PersonId | undefined;
}

export interface LocalNames {
  lookup(name: Name): Promise<PersonId | undefined>;
  record(name: Name): Promise<NameRecord | undefined>;
  /** Takes in what the directory knows, durably. What changed owner by it. */
  merge(records: readonly NameRecord[]): Promise<readonly OwnerChange[]>;
  /** Records behind a name, in the order of names. */
  page(after: Name | '', limit: number): Promise<readonly NameRecord[]>;
}

/**
 * A rule of this node alone about who may have a new name, such as by invitation. `Refusal`: what its refusal is told as.
 */
export interface Admission<Refusal> {
  /** Takes what a new name costs. Undefined lets the claim go on. */
  take(): Promise<Refusal | undefined>;
  /** Nothing came of the claim: what was taken is given back. */
  giveBack(): Promise<void>;
}
