/** The newest entries of each conversation, for the chat list. As many conversations as there are contacts. */
import type { EntryRow } from '@bothy/peer/core';
import type { PeerSession } from '@bothy/peer/drivers/browser';
import { mergeRows } from '@bothy/peer/views';

export type NewestSource = Pick<PeerSession, 'history' | 'onEntries'>;

/** Among so many entries there is a message, unless somebody edits and deletes a lot. */
const keptRows = 10;

export class LastMessages {
  readonly #source: NewestSource;
  readonly #listeners = new Set<() => void>();
  readonly #asked = new Set<string>();
  #last: ReadonlyMap<string, readonly EntryRow[]> = new Map();

  constructor(source: NewestSource) {
    this.#source = source;
  }

  /** By conversation, in the order of the screen. The same object until something changes. */
  readonly state = (): ReadonlyMap<string, readonly EntryRow[]> => this.#last;

  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    const stopListening = this.#source.onEntries((rows) => this.#take(rows));
    return () => {
      this.#listeners.delete(changed);
      stopListening();
    };
  };

  /** Reads what is stored of these conversations, each once. */
  read(conversations: readonly string[]): void {
    for (const conversation of conversations) {
      if (this.#asked.has(conversation)) continue;
      this.#asked.add(conversation);
      this.#source.history(conversation, { limit: keptRows }).then(
        (rows) => this.#take(rows),
        // A list without a preview is still a list; the conversation itself says why it cannot be read.
        () => this.#asked.delete(conversation),
      );
    }
  }

  #take(rows: readonly EntryRow[]): void {
    const last = new Map(this.#last);
    for (const conversation of new Set(rows.map((row) => row.conversation))) {
      const more = rows.filter((row) => row.conversation === conversation);
      last.set(conversation, mergeRows(last.get(conversation) ?? [], more).slice(-keptRows));
    }
    this.#last = last;
    for (const listener of this.#listeners) listener();
  }
}
