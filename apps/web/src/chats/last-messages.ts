/** The newest entry of each conversation, for the chat list. As many as there are contacts. */
import type { EntryRow } from '@bothy/peer/core';
import { compareRows } from '@bothy/peer/views';
import type { HistorySource } from './conversation-rows.ts';

export class LastMessages {
  readonly #source: HistorySource;
  readonly #listeners = new Set<() => void>();
  readonly #asked = new Set<string>();
  #last: ReadonlyMap<string, EntryRow> = new Map();

  constructor(source: HistorySource) {
    this.#source = source;
  }

  /** By conversation. The same object until something changes. */
  readonly state = (): ReadonlyMap<string, EntryRow> => this.#last;

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
      this.#source.history(conversation, { limit: 1 }).then(
        (rows) => this.#take(rows),
        // A list without a preview is still a list; the conversation itself says why it cannot be read.
        () => this.#asked.delete(conversation),
      );
    }
  }

  #take(rows: readonly EntryRow[]): void {
    const last = new Map(this.#last);
    for (const row of rows) {
      const before = last.get(row.conversation);
      if (before === undefined || compareRows(row, before) > 0) last.set(row.conversation, row);
    }
    this.#last = last;
    for (const listener of this.#listeners) listener();
  }
}
