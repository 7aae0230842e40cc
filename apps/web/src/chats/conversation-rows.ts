/**
 * The window of one conversation that is on screen: consecutive rows, never a
 * gap between them. It grows by pages towards both sides and gives up as much
 * on the other one, so that a conversation of any length costs the same.
 *
 *   older pages, in the store ◂─ [ rows ] ─▸ newer pages, in the store
 *                 `complete`: none       `atNewest`: none; what arrives is added
 *
 * It listens before it reads, so that nothing that arrives between is missed.
 */
import type { EntryRow } from '@bothy/peer/core';
import type { PeerSession } from '@bothy/peer/drivers/browser';
import { compareRows, mergeRows } from '@bothy/peer/views';

export interface RowsState {
  readonly rows: readonly EntryRow[];
  /** Edits and deletions of the rows that stand outside of the window. */
  readonly amendments: readonly EntryRow[];
  /** There is nothing older than the first row. */
  readonly complete: boolean;
  /** There is nothing newer than the last row. */
  readonly atNewest: boolean;
  readonly reading: boolean;
  /** Why the last page could not be read. */
  readonly problem: string | undefined;
}

export type HistorySource = Pick<PeerSession, 'history' | 'amendments' | 'onEntries'>;

type Side = 'older' | 'newer';

export const pageRows = 50;
/** Six pages: several screens on each side of what is seen, and little enough to lay out in one frame. */
export const maxRows = 300;
const nothingRead: RowsState = {
  rows: [],
  amendments: [],
  complete: false,
  atNewest: true,
  reading: true,
  problem: undefined,
};

export class ConversationRows {
  readonly #source: HistorySource;
  readonly #conversation: string;
  readonly #listeners = new Set<() => void>();
  #state = nothingRead;
  /** What arrived while a page is read: the page was perhaps read before it was stored. */
  #meanwhile: EntryRow[] = [];
  /** The side whose page could not be read. */
  #failedSide: Side = 'older';
  /** Whether the reader is at the end, so that rows are given up at the beginning. */
  #following = true;
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
    if (this.#listeners.size === 1) {
      this.#stopListening = this.#source.onEntries((rows) => this.#arrived(rows));
      this.#begin();
    }
    return () => {
      this.#listeners.delete(changed);
      if (this.#listeners.size === 0) this.#stopListening?.();
    };
  };

  /** Reads the page before the first row. */
  readonly readOlder = (): void => {
    if (!this.#state.reading && !this.#state.complete) void this.#read('older');
  };

  /** Reads the page after the last row. */
  readonly readNewer = (): void => {
    if (!this.#state.reading && !this.#state.atNewest) void this.#read('newer');
  };

  /** Leaves the window and shows the newest page. */
  readonly readNewest = (): void => {
    this.#following = true;
    if (this.#state.atNewest) return;
    this.#begin();
    this.#tell();
  };

  /** Reads again the page that could not be read. */
  readonly readAgain = (): void => {
    if (!this.#state.reading) void this.#read(this.#failedSide);
  };

  /** Tells whether the reader is at the end of what is shown. */
  readonly follow = (following: boolean): void => {
    this.#following = following;
  };

  #begin(): void {
    this.#begun += 1;
    this.#state = nothingRead;
    void this.#read('older');
  }

  async #read(side: Side): Promise<void> {
    const begun = this.#begun;
    const { rows } = this.#state;
    const position = side === 'older' ? { before: rows[0] } : { after: rows.at(-1) };
    this.#meanwhile = [];
    this.#change({ reading: true, problem: undefined });
    try {
      const page = await this.#source.history(this.#conversation, { ...position, limit: pageRows });
      if (begun !== this.#begun) return;
      const amendments = await this.#source.amendments(page);
      if (begun === this.#begun) this.#take(side, page, amendments);
    } catch (thrown) {
      if (begun !== this.#begun) return;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.#failedSide = side;
      this.#change({ reading: false, problem: `Messages could not be read. ${reason}` });
    }
  }

  #take(side: Side, page: readonly EntryRow[], found: readonly EntryRow[]): void {
    const last = page.length < pageRows;
    const { rows: known, complete, atNewest } = this.#state;
    const merged = mergeRows(mergeRows(known, page), this.#meanwhile);
    if (side === 'older') {
      const rows = between(merged, last ? undefined : page[0], atNewest ? undefined : known.at(-1));
      const cut = rows.length > maxRows;
      this.#change({
        rows: rows.slice(0, maxRows),
        amendments: this.#amended([...found, ...rows.slice(maxRows)]),
        complete: last,
        atNewest: atNewest && !cut,
        reading: false,
      });
    } else {
      const rows = between(merged, complete ? undefined : known[0], last ? undefined : page.at(-1));
      const cut = rows.length > maxRows;
      this.#change({
        rows: rows.slice(-maxRows),
        amendments: this.#amended(found),
        complete: complete && !cut,
        atNewest: last,
        reading: false,
      });
    }
  }

  #arrived(rows: readonly EntryRow[]): void {
    const ours = rows.filter((row) => row.conversation === this.#conversation);
    if (ours.length === 0) return;
    const { rows: known, complete, atNewest, reading } = this.#state;
    if (reading) this.#meanwhile.push(...ours);
    const first = complete ? undefined : known[0];
    const merged = between(mergeRows(known, ours), first, atNewest ? undefined : known.at(-1));
    const amendments = this.#amended(ours);
    if (merged.length <= maxRows) return this.#change({ rows: merged, amendments });
    if (this.#following) this.#change({ rows: merged.slice(-maxRows), amendments, complete: false });
    else this.#change({ rows: merged.slice(0, maxRows), amendments, atNewest: false });
  }

  /** What leaves the window, or arrives outside of it, may change what is in it. A bounded number is kept. */
  #amended(more: readonly EntryRow[]): readonly EntryRow[] {
    const amending = more.filter(({ record }) => record.body?.includes('"of"'));
    if (amending.length === 0) return this.#state.amendments;
    return mergeRows(this.#state.amendments, amending).slice(-maxRows);
  }

  #change(change: Partial<RowsState>): void {
    this.#state = { ...this.#state, ...change };
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Without what belongs to pages not read: after a partition old messages arrive late. Bounds belong to it. */
function between(
  rows: readonly EntryRow[],
  first: EntryRow | undefined,
  last: EntryRow | undefined,
): readonly EntryRow[] {
  return rows.filter(
    (row) =>
      (first === undefined || compareRows(row, first) >= 0) &&
      (last === undefined || compareRows(row, last) <= 0),
  );
}
