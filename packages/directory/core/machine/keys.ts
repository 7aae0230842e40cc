/** Keys that are kept out, and those that were (rules DR9, DR13, DR14). */
import {
  type DirectoryCommand,
  type DirectoryResult,
  type KeptKey,
  keyHoldsOver,
  type PersonId,
} from '@bothy/wire';
import { inOrder } from './in-order.ts';
import { type DirectoryLimits, fullSentence } from './limits.ts';

type Command<Kind extends DirectoryCommand['kind']> = Extract<DirectoryCommand, { readonly kind: Kind }>;

export class DirectoryKeys {
  readonly #limits: DirectoryLimits;
  readonly #keys: Map<PersonId, KeptKey>;

  constructor(limits: DirectoryLimits, keys: readonly KeptKey[] = []) {
    this.#limits = limits;
    this.#keys = new Map(keys.map((key) => [key.person, key]));
  }

  get(person: PersonId): KeptKey | undefined {
    return this.#keys.get(person);
  }

  isOut(person: PersonId): boolean {
    return this.#keys.get(person)?.isOut === true;
  }

  get size(): number {
    return this.#keys.size;
  }

  all(): readonly KeptKey[] {
    return inOrder(this.#keys);
  }

  /** One that knows another epoch was carried out already, or somebody was faster: the asker sees how it stands. */
  keepOut({ person, name, by, epoch, atMs }: Command<'keepOut'>): DirectoryResult {
    const known = this.#keys.get(person);
    if ((known?.epoch ?? 0) !== epoch || known?.isOut === true) return { kind: 'key', key: known ?? null };
    if (known === undefined && this.#keys.size >= this.#limits.keys)
      return { kind: 'full', sentence: fullSentence('keys', this.#limits) };
    return this.#settle({ person, name, isOut: true, epoch: epoch + 1, by, atMs });
  }

  letIn({ person, by, epoch, atMs }: Command<'letIn'>): DirectoryResult {
    const known = this.#keys.get(person);
    if (known === undefined) return { kind: 'key', key: null };
    if (known.epoch !== epoch || !known.isOut) return { kind: 'key', key: known };
    return this.#settle({ ...known, isOut: false, epoch: epoch + 1, by, atMs });
  }

  hasRoomFor(keys: readonly KeptKey[] = []): boolean {
    const persons = new Set(keys.map(({ person }) => person).filter((person) => !this.#keys.has(person)));
    return this.#keys.size + persons.size <= this.#limits.keys;
  }

  takeIn(keys: readonly KeptKey[] = []): void {
    for (const key of keys) {
      const known = this.#keys.get(key.person);
      if (known === undefined || keyHoldsOver(key, known)) this.#keys.set(key.person, key);
    }
  }

  #settle(key: KeptKey): DirectoryResult {
    this.#keys.set(key.person, key);
    return { kind: 'key', key };
  }
}
