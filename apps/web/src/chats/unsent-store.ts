/**
 * What failed and was neither sent again nor deleted, one list per contact. Kept over reloads where the browser
 * allows it, and as long as the page elsewhere. Tabs of one profile show the same.
 */
import type { UnsentMessage } from '@bothy/peer/views';
import { limits, type PersonId } from '@bothy/wire';
import * as z from 'zod/mini';
import type { DraftStorage } from '../timeline/drafts.ts';

/** Of one contact; the oldest goes. */
const maxUnsent = 50;

const listSchema = z.array(
  z.object({
    id: z.string().check(z.maxLength(64)),
    text: z.string().check(z.maxLength(limits.messageBytes)),
    atMs: z.number(),
    reason: z.string().check(z.maxLength(1_000)),
  }),
);

const nothing: readonly UnsentMessage[] = [];

export class UnsentStore {
  readonly #storage: () => DraftStorage;
  readonly #lists = new Map<PersonId, readonly UnsentMessage[]>();
  readonly #listeners = new Set<() => void>();
  #changes = 0;

  /** `storage` is called for each use: in some browsers even asking for it throws. */
  constructor(storage: () => DraftStorage) {
    this.#storage = storage;
  }

  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  };

  /** Another number after every change. */
  readonly version = (): number => this.#changes;

  /** The same list until it changes. */
  of(person: PersonId): readonly UnsentMessage[] {
    const known = this.#lists.get(person);
    if (known !== undefined) return known;
    const read = this.#read(person);
    this.#lists.set(person, read);
    return read;
  }

  add(person: PersonId, message: UnsentMessage): void {
    const others = this.of(person).filter(({ id }) => id !== message.id);
    this.#write(person, [...others, message].slice(-maxUnsent));
  }

  remove(person: PersonId, id: string): void {
    this.#write(
      person,
      this.of(person).filter((each) => each.id !== id),
    );
  }

  /** Another tab wrote: what is kept is read anew. */
  readAgain(): void {
    this.#lists.clear();
    this.#tell();
  }

  #write(person: PersonId, list: readonly UnsentMessage[]): void {
    this.#lists.set(person, list);
    try {
      if (list.length === 0) this.#storage().removeItem(keyOf(person));
      else this.#storage().setItem(keyOf(person), JSON.stringify(list));
    } catch {
      // The page still has it.
    }
    this.#tell();
  }

  #read(person: PersonId): readonly UnsentMessage[] {
    try {
      const list = listSchema.safeParse(JSON.parse(this.#storage().getItem(keyOf(person)) ?? '[]'));
      return list.success ? list.data : nothing;
    } catch {
      return nothing;
    }
  }

  #tell(): void {
    this.#changes += 1;
    for (const listener of this.#listeners) listener();
  }
}

function keyOf(person: PersonId): string {
  return `bothy-unsent-${person}`;
}

export const unsentStore = new UnsentStore(() => localStorage);
// Heard in all other tabs, and not in the one that wrote. Where this is tested there is no window.
globalThis.window?.addEventListener('storage', () => unsentStore.readAgain());
