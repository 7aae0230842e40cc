/**
 * What is known here of one room's log: entries by `seq`, what later entries say of earlier messages, and what is
 * missing. It grows towards both ends; entries may come twice and in any order, a `seq` counts once.
 */
import { Timeline } from '@bothy/rooms/views';
import type { Author, RoomEntry } from '@bothy/wire';

/** What stands in the timeline: an entry that is shown, or entries that are not here yet. */
export type RoomRow =
  | { readonly kind: 'entry'; readonly seq: number; readonly entry: RoomEntry }
  | { readonly kind: 'gap'; readonly seq: number; readonly to: number };

/** Some 10 MB of ordinary messages; what is older is read again when somebody goes there. */
const maxEntries = 20_000;
/** Kinds that only change other entries have no row of their own. */
const unseen: ReadonlySet<string> = new Set(['edit', 'redact', 'react', 'unknown']);

export class RoomLog {
  /** What was said, as it stands now. */
  readonly timeline = new Timeline(maxEntries);
  #gaps: { from: number; to: number }[] = [];
  readonly #names = new Map<Author, string>();
  #atBeginning = false;

  /** Entries in order of `seq`. */
  get entries(): readonly RoomEntry[] {
    return this.timeline.entries;
  }

  get gaps(): readonly { readonly from: number; readonly to: number }[] {
    return this.#gaps;
  }

  /** Nothing older than the first entry is left anywhere. */
  get isComplete(): boolean {
    return this.#atBeginning || this.timeline.firstSeq === 1;
  }

  get lastSeq(): number {
    return Math.max(this.timeline.lastSeq, this.#gaps.at(-1)?.to ?? 0);
  }

  /** What somebody who wrote here was called when they did. */
  nameOf(person: Author): string | undefined {
    return this.#names.get(person);
  }

  /** Returns the rows that are new, gaps that have changed included. */
  add(entries: readonly RoomEntry[]): readonly RoomRow[] {
    const fresh = entries.filter(({ seq }) => this.find(seq) === undefined);
    if (fresh.length === 0) return [];
    const inOrder = fresh.toSorted((one, other) => one.seq - other.seq);
    this.timeline.add(inOrder);
    for (const { author, name } of inOrder) this.#names.set(author, name);
    // The oldest may have been dropped.
    if (this.find(inOrder[0]?.seq ?? 0) === undefined || this.entries.length >= maxEntries)
      this.#atBeginning = false;
    return [...inOrder.flatMap((entry) => rowsOf(entry)), ...this.#fill(inOrder)];
  }

  addGap(from: number, to: number): readonly RoomRow[] {
    if (this.#gaps.some((gap) => gap.from <= from && gap.to >= to)) return [];
    this.#gaps = [...this.#gaps, { from, to }].sort((one, other) => one.from - other.from);
    return [{ kind: 'gap', seq: from, to }];
  }

  /** There is nothing before the first entry. */
  reachBeginning(): void {
    this.#atBeginning = true;
  }

  /** What came after this is not in the log. */
  forgetAfter(commonSeq: number): void {
    this.timeline.reset(commonSeq);
    this.#gaps = this.#gaps.filter(({ from }) => from <= commonSeq);
  }

  find(seq: number): RoomEntry | undefined {
    const entry = this.entries[this.#indexOf(seq)];
    return entry?.seq === seq ? entry : undefined;
  }

  /** The last `limit` rows before a `seq`, in order, as far as they are here. */
  rowsBefore(seq: number, limit: number): readonly RoomRow[] {
    const rows: RoomRow[] = [];
    for (let at = this.#indexOf(seq) - 1; at >= 0 && rows.length < limit; at -= 1) {
      const entry = this.entries[at];
      if (entry !== undefined) rows.unshift(...rowsOf(entry));
    }
    return this.#withGaps(rows, rows.length < limit ? 0 : (rows[0]?.seq ?? 0), seq);
  }

  /** The first `limit` rows after a `seq`. */
  rowsAfter(seq: number, limit: number): readonly RoomRow[] {
    const rows: RoomRow[] = [];
    for (let at = this.#indexOf(seq + 1); at < this.entries.length && rows.length < limit; at += 1) {
      const entry = this.entries[at];
      if (entry !== undefined) rows.push(...rowsOf(entry));
    }
    const end = rows.length < limit ? Number.MAX_SAFE_INTEGER : (rows.at(-1)?.seq ?? 0) + 1;
    return this.#withGaps(rows, seq + 1, end);
  }

  hasGap(row: RoomRow): boolean {
    return this.#gaps.some(({ from, to }) => from === row.seq && row.kind === 'gap' && to === row.to);
  }

  /** Gaps shrink by what has come. */
  #fill(entries: readonly RoomEntry[]): readonly RoomRow[] {
    const changed: RoomRow[] = [];
    this.#gaps = this.#gaps.flatMap((gap) => {
      const inside = entries.filter(({ seq }) => seq >= gap.from && seq <= gap.to).map(({ seq }) => seq);
      if (inside.length === 0) return [gap];
      const [first = 0, last = 0] = [inside[0], inside.at(-1)];
      const parts = [
        { from: gap.from, to: first - 1 },
        { from: last + 1, to: gap.to },
      ].filter(({ from, to }) => from <= to);
      changed.push(...parts.map(({ from, to }) => ({ kind: 'gap' as const, seq: from, to })));
      return parts;
    });
    return changed;
  }

  #withGaps(rows: readonly RoomRow[], from: number, before: number): readonly RoomRow[] {
    const gaps = this.#gaps.filter((gap) => gap.from >= from && gap.from < before);
    if (gaps.length === 0) return rows;
    return mergeRows(
      rows,
      gaps.map((gap) => ({ kind: 'gap', seq: gap.from, to: gap.to })),
    );
  }

  /** Of the first entry at or after this `seq`. */
  #indexOf(seq: number): number {
    const { entries } = this;
    let [low, high] = [0, entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((entries[middle]?.seq ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function compareRows(one: RoomRow, other: RoomRow): number {
  return one.seq - other.seq;
}

/** Both in order; of two rows with one `seq` an entry stays, for it fills the gap. */
export function mergeRows(one: readonly RoomRow[], other: readonly RoomRow[]): readonly RoomRow[] {
  const bySeq = new Map<number, RoomRow>();
  for (const row of [...one, ...other]) {
    if (bySeq.get(row.seq)?.kind !== 'entry') bySeq.set(row.seq, row);
  }
  return [...bySeq.values()].sort(compareRows);
}

function rowsOf(entry: RoomEntry): readonly RoomRow[] {
  if (unseen.has(entry.content.kind)) return [];
  return [{ kind: 'entry', seq: entry.seq, entry }];
}
