/**
 * What is known here of one room's log: entries by `seq`, what later entries say of earlier messages, and what is
 * missing. It grows towards both ends; entries may come twice and in any order, a `seq` counts once.
 */
import type { Author, RoomEntry } from '@bothy/wire';

/** What stands in the timeline: an entry that is shown, or entries that are not here yet. */
export type RoomRow =
  | { readonly kind: 'entry'; readonly seq: number; readonly entry: RoomEntry }
  | { readonly kind: 'gap'; readonly seq: number; readonly to: number };

export interface Reaction {
  readonly emoji: string;
  readonly by: readonly { readonly person: Author; readonly name: string }[];
}

/** A message as it stands now. */
export interface CurrentMessage {
  /** Null once it was taken away. */
  readonly body: string | null;
  readonly edited: boolean;
  readonly reactions: readonly Reaction[];
}

/** Some 10 MB of ordinary messages; what is older is read again when somebody goes there. */
const maxEntries = 20_000;
/** Kinds that only change other entries have no row of their own. */
const unseen: ReadonlySet<string> = new Set(['edit', 'redact', 'react', 'unknown']);

type Opinion = { readonly seq: number; readonly on: boolean; readonly name: string };

export class RoomLog {
  #entries: RoomEntry[] = [];
  #gaps: { from: number; to: number }[] = [];
  readonly #edits = new Map<number, RoomEntry>();
  readonly #redacted = new Set<number>();
  /** By target, then `emoji` and person: the last word of each. */
  readonly #opinions = new Map<number, Map<string, Map<Author, Opinion>>>();
  #atBeginning = false;

  /** Entries in order of `seq`. */
  get entries(): readonly RoomEntry[] {
    return this.#entries;
  }

  get gaps(): readonly { readonly from: number; readonly to: number }[] {
    return this.#gaps;
  }

  /** Nothing older than the first entry is left anywhere. */
  get isComplete(): boolean {
    return this.#atBeginning || this.#entries[0]?.seq === 1;
  }

  get lastSeq(): number {
    return Math.max(this.#entries.at(-1)?.seq ?? 0, this.#gaps.at(-1)?.to ?? 0);
  }

  /** Returns the rows that are new, gaps that have changed included. */
  add(entries: readonly RoomEntry[]): readonly RoomRow[] {
    const fresh = entries.filter(({ seq }) => this.find(seq) === undefined);
    if (fresh.length === 0) return [];
    const inOrder = fresh.toSorted((one, other) => one.seq - other.seq);
    const isLater = (inOrder[0]?.seq ?? 0) > (this.#entries.at(-1)?.seq ?? 0);
    this.#entries.push(...inOrder);
    if (!isLater) this.#entries.sort((one, other) => one.seq - other.seq);
    for (const entry of inOrder) this.#amend(entry);
    const gapRows = this.#fill(inOrder);
    if (this.#entries.length > maxEntries) {
      this.#entries.splice(0, this.#entries.length - maxEntries);
      this.#atBeginning = false;
    }
    return [...inOrder.flatMap((entry) => rowsOf(entry)), ...gapRows];
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
    this.#entries = this.#entries.filter(({ seq }) => seq <= commonSeq);
    this.#gaps = this.#gaps.filter(({ from }) => from <= commonSeq);
    for (const map of [this.#edits, this.#redacted, this.#opinions]) map.clear();
    for (const entry of this.#entries) this.#amend(entry);
  }

  find(seq: number): RoomEntry | undefined {
    const entry = this.#entries[this.#indexOf(seq)];
    return entry?.seq === seq ? entry : undefined;
  }

  /** The last `limit` rows before a `seq`, in order, as far as they are here. */
  rowsBefore(seq: number, limit: number): readonly RoomRow[] {
    const rows: RoomRow[] = [];
    for (let at = this.#indexOf(seq) - 1; at >= 0 && rows.length < limit; at -= 1) {
      const entry = this.#entries[at];
      if (entry !== undefined) rows.unshift(...rowsOf(entry));
    }
    return this.#withGaps(rows, rows.length < limit ? 0 : (rows[0]?.seq ?? 0), seq);
  }

  /** The first `limit` rows after a `seq`. */
  rowsAfter(seq: number, limit: number): readonly RoomRow[] {
    const rows: RoomRow[] = [];
    for (let at = this.#indexOf(seq + 1); at < this.#entries.length && rows.length < limit; at += 1) {
      const entry = this.#entries[at];
      if (entry !== undefined) rows.push(...rowsOf(entry));
    }
    const end = rows.length < limit ? Number.MAX_SAFE_INTEGER : (rows.at(-1)?.seq ?? 0) + 1;
    return this.#withGaps(rows, seq + 1, end);
  }

  hasGap(row: RoomRow): boolean {
    return this.#gaps.some(({ from, to }) => from === row.seq && row.kind === 'gap' && to === row.to);
  }

  /** A message with what was said of it since. */
  current({ seq, content }: RoomEntry): CurrentMessage {
    const written = content.kind === 'message' ? content.body : null;
    const edit = this.#edits.get(seq)?.content;
    const body = edit?.kind === 'edit' ? edit.body : written;
    const isGone = this.#redacted.has(seq) || written === null;
    return { body: isGone ? null : body, edited: edit !== undefined, reactions: this.#reactionsTo(seq) };
  }

  #reactionsTo(seq: number): readonly Reaction[] {
    return [...(this.#opinions.get(seq) ?? [])].flatMap(([emoji, people]) => {
      const by = [...people].flatMap(([person, { on, name }]) => (on ? [{ person, name }] : []));
      return by.length === 0 ? [] : [{ emoji, by }];
    });
  }

  #amend({ seq, author, name, content }: RoomEntry): void {
    if (content.kind === 'edit') {
      const known = this.#edits.get(content.target);
      if (known === undefined || known.seq < seq) {
        this.#edits.set(content.target, { epoch: 0, seq, author, name, sentAt: 0, key: '', content });
      }
    } else if (content.kind === 'redact') this.#redacted.add(content.target);
    else if (content.kind === 'react') {
      const ofTarget = this.#opinions.get(content.target) ?? new Map<string, Map<Author, Opinion>>();
      const people = ofTarget.get(content.emoji) ?? new Map<Author, Opinion>();
      const known = people.get(author);
      if (known === undefined || known.seq < seq) people.set(author, { seq, on: content.on, name });
      this.#opinions.set(content.target, ofTarget.set(content.emoji, people));
    }
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
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.seq ?? 0) < seq) low = middle + 1;
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
