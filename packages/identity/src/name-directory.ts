/** Names: bound to the key that first claimed them (design, section 5). */
import type { Certificate, Name, PersonId } from '@bothy/wire';

export type ClaimResult =
  /** The name is this person's, from now on or already. */
  | { readonly kind: 'bound' }
  | { readonly kind: 'taken'; readonly by: PersonId }
  /** The name is free, but new names are not taken here. */
  | { readonly kind: 'closed' }
  /** An operator has removed whoever has this key, and keeps it out of all nodes. */
  | { readonly kind: 'keptOut' }
  /** A node of an earlier version granted it by itself, and the directory could not be asked yet. */
  | { readonly kind: 'provisional' };

export interface NameDirectory {
  claim(certificate: Certificate): Promise<ClaimResult>;
  lookup(name: Name): Promise<PersonId | undefined>;
  /** Frees a name, by an operator. False when it was free. */
  release(name: Name): Promise<boolean>;
}

/** For tests and for programs that keep nothing. */
export class MemoryNameDirectory implements NameDirectory {
  readonly #owners = new Map<Name, PersonId>();
  readonly #open: boolean;

  /** `open`: whether a name that nobody owns may be claimed. */
  constructor(open = true) {
    this.#open = open;
  }

  async claim({ name, person }: Certificate): Promise<ClaimResult> {
    const owner = this.#owners.get(name);
    if (owner !== undefined) return owner === person ? { kind: 'bound' } : { kind: 'taken', by: owner };
    if (!this.#open) return { kind: 'closed' };
    this.#owners.set(name, person);
    return { kind: 'bound' };
  }

  async lookup(name: Name): Promise<PersonId | undefined> {
    return this.#owners.get(name);
  }

  async release(name: Name): Promise<boolean> {
    return this.#owners.delete(name);
  }
}
