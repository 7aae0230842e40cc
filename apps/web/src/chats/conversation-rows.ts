/**
 * The part of one conversation that is on screen: everything from some row on,
 * without gaps. It listens before it reads, so that nothing that arrives
 * between the two is missed.
 */
import type { EntryRow } from '@bothy/peer/core';
import type { PeerSession } from '@bothy/peer/drivers/browser';
import { compareRows, mergeRows } from '@bothy/peer/views';

export interface RowsState {
  readonly rows: readonly EntryRow[];
  /** There is nothing older than the first row. */
  readonly complete: boolean;
  readonly reading: boolean;
  /** Why the last page could not be read. */
  readonly problem: string | undefined;
}

export type HistorySource = Pick<PeerSession, 'history' | 'onEntries'>;

const pageRows = 50;
/** Rows kept while new ones arrive; older ones are read again when somebody scrolls up to them. */
const maxRows = 1_000;
const nothingRead: RowsState = { rows: [], complete: false, reading: true, problem: undefined };

export class ConversationRows {
  readonly #source: HistorySource;
  readonly #conversation: string;
  readonly #listeners = new Set<() => void>();
  #state = nothingRead;
  /** The oldest row of the pages read; what sorts before it belongs to pages not read yet. */
  #from: EntryRow | undefined;
  #stopListening: (() => void) | undefined;
  /** Counts the times it began; the answer to an earlier one's question is dropped. */
  #begun = 0;

  constructor(source: HistorySource, conversation: string) {
    this.#source = source;
    this.#conversation = conversation;
  }

  readonly state = (): RowsState => this.#state;

  /** Listens and reads from the first subscriber on, until the last one has gone. */
  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    if (this.#listeners.size === 1) this.#begin();
    return () => {
      this.#listeners.delete(changed);
      if (this.#listeners.size === 0) this.#stopListening?.();
    };
  };

  /** Reads the page before the first row, or the one that could not be read. */
  readonly readOlder = (): void => {
    if (!this.#state.reading && !this.#state.complete) void this.#read();
  };

  #begin(): void {
    this.#begun += 1;
    this.#from = undefined;
    this.#state = nothingRead;
    this.#stopListening = this.#source.onEntries((rows) => this.#arrived(rows));
    void this.#read();
  }

  async #read(): Promise<void> {
    const begun = this.#begun;
    this.#change({ reading: true, problem: undefined });
    try {
      const page = await this.#source.history(this.#conversation, this.#from, pageRows);
      if (begun !== this.#begun) return;
      const complete = page.length < pageRows;
      this.#from = page[0] ?? this.#from;
      this.#change({
        rows: this.#known(mergeRows(this.#state.rows, page), complete),
        complete,
        reading: false,
      });
    } catch (thrown) {
      if (begun !== this.#begun) return;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.#change({ reading: false, problem: `Messages could not be read. ${reason}` });
    }
  }

  #arrived(rows: readonly EntryRow[]): void {
    const ours = rows.filter((row) => row.conversation === this.#conversation);
    if (ours.length === 0) return;
    const { complete } = this.#state;
    const merged = this.#known(mergeRows(this.#state.rows, ours), complete);
    if (merged.length <= maxRows) return this.#change({ rows: merged });
    const kept = merged.slice(-maxRows);
    this.#from = kept[0];
    this.#change({ rows: kept, complete: false });
  }

  /** Without what is older than the pages read: after a partition old messages arrive late. */
  #known(rows: readonly EntryRow[], complete: boolean): readonly EntryRow[] {
    const from = this.#from;
    return complete || from === undefined ? rows : rows.filter((row) => compareRows(row, from) >= 0);
  }

  #change(change: Partial<RowsState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
