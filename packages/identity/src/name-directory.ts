/** Names: bound to the key that first claimed them (design, section 5). */
import type { Certificate, Name, NameRecord, PersonId } from '@bothy/wire';
import { claimedAfter, mergeRecords, nameBuckets, ownerOf, recordText, releasedRecord } from '@bothy/wire';
import type { ClaimTerms, LocalNames, OwnerChange } from './names/local-names.ts';

export type ClaimResult =
  /** The name is this person's, from now on or already. */
  | { readonly kind: 'bound' }
  | { readonly kind: 'taken'; readonly by: PersonId }
  /** The name is free, but new names are not taken here. */
  | { readonly kind: 'closed' }
  /** It is theirs here, and this node could not ask all others; conflicts are shown when it can. */
  | { readonly kind: 'provisional' };

export interface NameDirectory {
  claim(certificate: Certificate): Promise<ClaimResult>;
  lookup(name: Name): Promise<PersonId | undefined>;
  /** Frees a name, by an operator. False when it was free. */
  release(name: Name): Promise<boolean>;
}

/** For tests and for nodes that keep nothing. */
export class MemoryNameDirectory implements LocalNames {
  readonly #records = new Map<Name, NameRecord>();
  readonly #open: boolean;
  #claims = 0;

  /** `open`: whether a name that nobody owns may be claimed. */
  constructor(open = true) {
    this.#open = open;
  }

  async claim({ name, person }: Certificate, terms?: ClaimTerms): Promise<ClaimResult> {
    const record = this.#records.get(name) ?? { name, claims: [] };
    const owner = ownerOf(record);
    if (owner !== undefined && owner !== person) return { kind: 'taken', by: owner };
    if (owner === person) return { kind: 'bound' };
    if (!this.#open) return { kind: 'closed' };
    this.#claims += 1;
    const claimed = terms?.claimed ?? {
      at: claimedAfter(record, { ms: 0, counter: this.#claims }),
      node: '',
    };
    const claim = { person, claimed, sure: terms?.sure ?? true };
    this.#records.set(name, mergeRecords(record, { name, claims: [claim] }));
    return { kind: 'bound' };
  }

  async lookup(name: Name): Promise<PersonId | undefined> {
    return ownerOf(this.#records.get(name));
  }

  async release(name: Name): Promise<boolean> {
    const record = this.#records.get(name);
    if (record === undefined || ownerOf(record) === undefined) return false;
    this.#claims += 1;
    this.#records.set(name, releasedRecord(record, { ms: 0, counter: this.#claims }));
    return true;
  }

  async record(name: Name): Promise<NameRecord | undefined> {
    return this.#records.get(name);
  }

  async merge(records: readonly NameRecord[]): Promise<readonly OwnerChange[]> {
    return records.flatMap((record) => {
      const known = this.#records.get(record.name);
      const merged = mergeRecords(known ?? { name: record.name, claims: [] }, record);
      this.#records.set(record.name, merged);
      const [before, after] = [ownerOf(known), ownerOf(merged)];
      return before === after ? [] : [{ name: record.name, before, after }];
    });
  }

  async digests(): Promise<readonly string[]> {
    const texts = Array.from({ length: nameBuckets }, (_, bucket) => this.#in(bucket).map(recordText).join());
    return texts.map((text) => hash(text).toString(36));
  }

  async bucket(bucket: number, after: Name | '', limit: number): Promise<readonly NameRecord[]> {
    return this.#in(bucket)
      .filter(({ name }) => name > after)
      .slice(0, limit);
  }

  #in(bucket: number): NameRecord[] {
    const found = [...this.#records.values()].filter(({ name }) => hash(name) % nameBuckets === bucket);
    return found.sort((one, other) => (one.name < other.name ? -1 : 1));
  }
}

/** FNV-1a of 32 bits: what is compared here has not crossed a network. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let n = 0; n < text.length; n += 1) value = Math.imul(value ^ text.charCodeAt(n), 0x01000193) >>> 0;
  return value;
}
