/**
 * What was begun and not sent, one per contact. Kept over reloads where the
 * browser allows it; a draft is worth no error when it does not.
 */
import { limits, type PersonId } from '@bothy/wire';

/** What is needed of the browser's storage. */
export type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** A draft longer than any message could be is kept by the page alone. */
const maxKeptChars = limits.messageBytes;

export class Drafts {
  readonly #storage: () => DraftStorage;
  /** What the storage refused, for as long as the page is open. */
  readonly #unstored = new Map<PersonId, string>();

  /** `storage` is called for each use: in some browsers even asking for it throws. */
  constructor(storage: () => DraftStorage) {
    this.#storage = storage;
  }

  read(person: PersonId): string {
    const unstored = this.#unstored.get(person);
    if (unstored !== undefined) return unstored;
    try {
      return this.#storage().getItem(keyOf(person)) ?? '';
    } catch {
      return '';
    }
  }

  write(person: PersonId, text: string): void {
    this.#unstored.delete(person);
    try {
      if (text === '') this.#storage().removeItem(keyOf(person));
      else if (text.length <= maxKeptChars) this.#storage().setItem(keyOf(person), text);
      else this.#unstored.set(person, text);
    } catch {
      if (text !== '') this.#unstored.set(person, text);
    }
  }
}

function keyOf(person: PersonId): string {
  return `bothy-draft-${person}`;
}

const drafts = new Drafts(() => localStorage);

export function keptDraft(person: PersonId): string {
  return drafts.read(person);
}

export function keepDraft(person: PersonId, text: string): void {
  drafts.write(person, text);
}
