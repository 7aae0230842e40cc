/**
 * What was begun and not sent, one per person or room. Kept over reloads where the
 * browser allows it; a draft is worth no error when it does not.
 */
import { limits } from '@bothy/wire';

/** What is needed of the browser's storage. */
export type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** A draft longer than any message could be is kept by the page alone. */
const maxKeptChars = limits.messageBytes;

export class Drafts {
  readonly #storage: () => DraftStorage;
  /** What the storage refused, for as long as the page is open. */
  readonly #unstored = new Map<string, string>();

  /** `storage` is called for each use: in some browsers even asking for it throws. */
  constructor(storage: () => DraftStorage) {
    this.#storage = storage;
  }

  read(whereto: string): string {
    const unstored = this.#unstored.get(whereto);
    if (unstored !== undefined) return unstored;
    try {
      return this.#storage().getItem(keyOf(whereto)) ?? '';
    } catch {
      return '';
    }
  }

  write(whereto: string, text: string): void {
    this.#unstored.delete(whereto);
    try {
      if (text === '') this.#storage().removeItem(keyOf(whereto));
      else if (text.length <= maxKeptChars) this.#storage().setItem(keyOf(whereto), text);
      else this.#unstored.set(whereto, text);
    } catch {
      if (text !== '') this.#unstored.set(whereto, text);
    }
  }
}

function keyOf(whereto: string): string {
  return `bothy-draft-${whereto}`;
}

const drafts = new Drafts(() => localStorage);

export function keptDraft(whereto: string): string {
  return drafts.read(whereto);
}

export function keepDraft(whereto: string, text: string): void {
  drafts.write(whereto, text);
}
