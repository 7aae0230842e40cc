/** Whose each name is. A record keeps its conflicts, so that two directories can become one (rules DR1, DR2, DR9). */
import { compareHlc } from '@bothy/protocols';
import {
  claimedAfter,
  type DirectoryCommand,
  type DirectoryResult,
  mergeRecords,
  type Name,
  type NameRecord,
  ownerOf,
  releasedRecord,
} from '@bothy/wire';
import { inOrder } from './in-order.ts';
import { type DirectoryLimits, fullSentence } from './limits.ts';

type Command<Kind extends DirectoryCommand['kind']> = Extract<DirectoryCommand, { readonly kind: Kind }>;

export class DirectoryNames {
  readonly #limits: DirectoryLimits;
  readonly #records: Map<Name, NameRecord>;

  constructor(limits: DirectoryLimits, records: readonly NameRecord[]) {
    this.#limits = limits;
    this.#records = new Map(records.map((record) => [record.name, record]));
  }

  get(name: Name): NameRecord | undefined {
    return this.#records.get(name);
  }

  get size(): number {
    return this.#records.size;
  }

  all(): readonly NameRecord[] {
    return inOrder(this.#records);
  }

  claim({ name, person, at, node }: Command<'claimName'>): DirectoryResult {
    const known = this.#records.get(name);
    const owner = known?.claims[0];
    if (owner !== undefined && owner.person !== person) return { kind: 'taken', by: owner.person };
    if (owner === undefined && known === undefined && this.#records.size >= this.#limits.names)
      return { kind: 'full', sentence: fullSentence('names', this.#limits) };
    // One that a node had granted by itself, before there was a directory, is sure from now on.
    const claimed = owner?.claimed ?? { at: claimedAfter(known, at), node };
    if (owner?.sure !== true) {
      const claims = [{ person, claimed, sure: true }];
      this.#records.set(name, mergeRecords(known ?? { name, claims: [] }, { name, claims }));
    }
    return { kind: 'bound' };
  }

  /** A release that is not after the last one has been carried out already: what was claimed since then stays. */
  release({ name, at }: Command<'releaseName'>): DirectoryResult {
    const known = this.#records.get(name);
    const owner = ownerOf(known);
    const isOld = known?.released !== undefined && compareHlc(at, known.released) <= 0;
    if (known === undefined || owner === undefined || isOld) return { kind: 'released', was: null };
    this.#records.set(name, releasedRecord(known, at));
    return { kind: 'released', was: owner };
  }

  hasRoomFor(records: readonly NameRecord[]): boolean {
    const names = new Set(records.map(({ name }) => name).filter((name) => !this.#records.has(name)));
    return this.#records.size + names.size <= this.#limits.names;
  }

  takeIn(records: readonly NameRecord[]): void {
    for (const record of records) {
      const { name } = record;
      this.#records.set(name, mergeRecords(this.#records.get(name) ?? { name, claims: [] }, record));
    }
  }
}
