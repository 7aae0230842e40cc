/**
 * The window of a long history that is on screen: consecutive rows, never one
 * left out between them. It grows by pages towards both sides and gives up as
 * much on the other one, so that a history of any length costs the same.
 *
 *   older pages, in the store ◂─ [ rows ] ─▸ newer pages, in the store
 *                 `complete`: none       `atNewest`: none; what arrives is added
 *
 * It listens before it reads, so that nothing that arrives between is missed.
 */

export interface RowsState<Row = unknown> {
  readonly rows: readonly Row[];
  /** Rows outside of the window that change ones in it, such as edits. */
  readonly amendments: readonly Row[];
  /** There is nothing older than the first row. */
  readonly complete: boolean;
  /** There is nothing newer than the last row. */
  readonly atNewest: boolean;
  readonly reading: boolean;
  /** Why the last page could not be read. */
  readonly problem: string | undefined;
}

/** Where rows come from, and their order. */
export interface RowSource<Row> {
  /** The last rows before `before`, or the first ones after `after`, or the last of all; in order. */
  readonly read: (at: {
    readonly before?: Row | undefined;
    readonly after?: Row | undefined;
  }) => Promise<RowPage<Row>>;
  /** Tells rows as they come. Returns how to stop. */
  readonly listen: (arrived: (rows: readonly Row[]) => void) => () => void;
  readonly compare: (one: Row, other: Row) => number;
  /** Both in order, each row once. */
  readonly merge: (one: readonly Row[], other: readonly Row[]) => readonly Row[];
  readonly amends: (row: Row) => boolean;
}

export interface RowPage<Row> {
  readonly rows: readonly Row[];
  /** Nothing is left in that direction. */
  readonly last: boolean;
  /** What changes these rows and stands elsewhere. */
  readonly amendments?: readonly Row[];
}

type Side = 'older' | 'newer';

export const pageRows = 50;
/** Six pages: several screens on each side of what is seen, and little enough to lay out in one frame. */
export const maxRows = 300;
const nothingRead = {
  rows: [],
  amendments: [],
  complete: false,
  atNewest: true,
  reading: true,
  problem: undefined,
} as const satisfies RowsState<never>;

export class RowWindow<Row> {
  readonly #source: RowSource<Row>;
  readonly #listeners = new Set<() => void>();
  #state: RowsState<Row> = nothingRead;
  /** What arrived while a page is read: the page was perhaps read before it was stored. */
  #meanwhile: Row[] = [];
  /** The side whose page could not be read. */
  #failedSide: Side = 'older';
  /** Whether the reader is at the end, so that rows are given up at the beginning. */
  #following = true;
  #stopListening: (() => void) | undefined;
  /** Counts the times it began; the answer to an earlier one's question is dropped. */
  #begun = 0;

  constructor(source: RowSource<Row>) {
    this.#source = source;
  }

  readonly state = (): RowsState<Row> => this.#state;

  /** Listens and reads from the first subscriber on, until the last one has gone. */
  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    if (this.#listeners.size === 1) {
      this.#stopListening = this.#source.listen((rows) => this.#arrived(rows));
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

  /** Leaves the window and shows what stands before this row. */
  readonly readBefore = (row: Row): void => {
    this.#following = false;
    this.#begin(row);
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

  #begin(before?: Row): void {
    this.#begun += 1;
    this.#state = { ...nothingRead, atNewest: before === undefined };
    void this.#read('older', before);
  }

  async #read(side: Side, from?: Row): Promise<void> {
    const begun = this.#begun;
    const { rows } = this.#state;
    const position = side === 'older' ? { before: from ?? rows[0] } : { after: rows.at(-1) };
    this.#meanwhile = [];
    this.#change({ reading: true, problem: undefined });
    try {
      const page = await this.#source.read(position);
      if (begun === this.#begun) this.#take(side, page);
    } catch (thrown) {
      if (begun !== this.#begun) return;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.#failedSide = side;
      this.#change({ reading: false, problem: `Messages could not be read. ${reason}` });
    }
  }

  #take(side: Side, { rows: page, last, amendments: found = [] }: RowPage<Row>): void {
    const { rows: known, complete, atNewest } = this.#state;
    const { merge } = this.#source;
    const merged = merge(merge(known, page), this.#meanwhile);
    if (side === 'older') {
      const newest = atNewest ? undefined : (known.at(-1) ?? page.at(-1));
      const rows = this.#between(merged, last ? undefined : page[0], newest);
      const cut = rows.length > maxRows;
      this.#change({
        rows: rows.slice(0, maxRows),
        amendments: this.#amended([...found, ...rows.slice(maxRows)]),
        complete: last,
        atNewest: atNewest && !cut,
        reading: false,
      });
    } else {
      const rows = this.#between(merged, complete ? undefined : known[0], last ? undefined : page.at(-1));
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

  #arrived(ours: readonly Row[]): void {
    if (ours.length === 0) return;
    const { rows: known, complete, atNewest, reading } = this.#state;
    if (reading) this.#meanwhile.push(...ours);
    const first = complete ? undefined : known[0];
    const merged = this.#between(this.#source.merge(known, ours), first, atNewest ? undefined : known.at(-1));
    const amendments = this.#amended(ours);
    if (merged.length <= maxRows) return this.#change({ rows: merged, amendments });
    if (this.#following) this.#change({ rows: merged.slice(-maxRows), amendments, complete: false });
    else this.#change({ rows: merged.slice(0, maxRows), amendments, atNewest: false });
  }

  /** What leaves the window, or arrives outside of it, may change what is in it. A bounded number is kept. */
  #amended(more: readonly Row[]): readonly Row[] {
    const amending = more.filter(this.#source.amends);
    if (amending.length === 0) return this.#state.amendments;
    return this.#source.merge(this.#state.amendments, amending).slice(-maxRows);
  }

  #change(change: Partial<RowsState<Row>>): void {
    this.#state = { ...this.#state, ...change };
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Without what belongs to pages not read: after a partition old rows arrive late. Bounds belong to it. */
  #between(rows: readonly Row[], first: Row | undefined, last: Row | undefined): readonly Row[] {
    const { compare } = this.#source;
    return rows.filter(
      (row) =>
        (first === undefined || compare(row, first) >= 0) && (last === undefined || compare(row, last) <= 0),
    );
  }
}
