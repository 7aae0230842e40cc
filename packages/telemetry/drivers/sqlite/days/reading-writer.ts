/** Takes readings: refuses days that are gone, drops doubles of plain devices, and keeps the rest in journal and head. */
import type { EdgeId } from '@bothy/wire';
import type { DayBook } from './day-book.ts';
import { dayOf } from './day-number.ts';
import type { Head } from './head.ts';
import type { Journal } from './journal.ts';
import type { ReadingBatch } from './reading-batch.ts';
import type { SeriesBook, SeriesName } from './series-book.ts';
import type { StoredDoubles } from './stored-doubles.ts';

/** What was not stored of a commit, and why. Edges of which all was stored are not named. */
export interface NotStored {
  readonly edge: EdgeId;
  /** Were there already. */
  readonly doubles: number;
  /** Of a day that was dropped, or of more sensors than are taken. */
  readonly refused: number;
}

export interface ReadingWriterParts {
  readonly series: SeriesBook;
  readonly days: DayBook;
  readonly head: Head;
  readonly journal: Journal;
  readonly doubles: StoredDoubles;
  readonly rawDays: number;
}

interface Sender extends SeriesName {
  unit: string;
  /** Undefined until it is known, and after a transaction that was rolled back. */
  number: number | undefined;
}

/** The last millisecond that `Date` knows. */
const lastMs = 8.64e15;

export class ReadingWriter {
  readonly #parts: ReadingWriterParts;
  /** As `ReadingBatch.names` places them. */
  readonly #senders: Sender[] = [];

  constructor(parts: ReadingWriterParts) {
    this.#parts = parts;
  }

  /** Within a transaction of the caller, who has to `reload` when it is rolled back. */
  write(batch: ReadingBatch, wallMs: number): readonly NotStored[] {
    const { head, journal, days } = this.#parts;
    const { sensors, stamps, values } = batch;
    for (const [place, edge, sensor, unit] of batch.names) {
      this.#senders[place] = { edge, sensor, unit, number: undefined };
    }
    const notes = new Map(batch.notes);
    const firstDay = this.#firstDay(stamps, wallMs);
    const lacking = new Map<EdgeId, { doubles: number; refused: number }>();
    let [day, isOpen] = [Number.NaN, false];
    for (let i = 0; i < stamps.length; i++) {
      const cell = sensors[i] ?? 0;
      const sender = this.#senders[cell >>> 1] as Sender;
      const stampMs = stamps[i] ?? 0;
      const value = values[i] ?? 0;
      if (dayOf(stampMs) !== day) {
        day = dayOf(stampMs);
        isOpen = stampMs >= 0 && stampMs <= lastMs && day >= firstDay && !days.get(day).dropped;
      }
      const series = isOpen ? (sender.number ?? this.#numberOf(sender)) : undefined;
      if (series === undefined) {
        count(lacking, sender.edge).refused += 1;
      } else if ((cell & 1) === 1 && this.#isDouble(series, stampMs, value)) {
        count(lacking, sender.edge).doubles += 1;
      } else {
        const note = notes.get(i);
        head.add(series, stampMs, value, note);
        journal.add(series, stampMs, value, note);
      }
    }
    journal.append();
    return [...lacking].map(([edge, counts]) => ({ edge, ...counts }));
  }

  /** A transaction was rolled back: everything is as it is on the disk. */
  reload(): void {
    const { series, days, head, journal, doubles } = this.#parts;
    series.reload();
    days.reload();
    doubles.clear();
    head.clear();
    journal.load(head);
    for (const sender of this.#senders) if (sender !== undefined) sender.number = undefined;
  }

  /**
   * The oldest day that is taken. Days are counted back from the wall clock, but not from beyond the latest reading: a
   * clock that is years ahead for a while refuses and drops nothing.
   */
  #firstDay(stamps: Float64Array, wallMs: number): number {
    let latestMs = -Infinity;
    for (let i = 0; i < stamps.length; i++) latestMs = Math.max(latestMs, stamps[i] ?? 0);
    const latest = Math.max(this.#parts.days.latest, this.#parts.head.latestDay, dayOf(latestMs));
    return Math.min(dayOf(wallMs), latest) - this.#parts.rawDays;
  }

  #numberOf(sender: Sender): number | undefined {
    sender.number = this.#parts.series.take(sender, sender.unit)?.number;
    return sender.number;
  }

  #isDouble(series: number, stampMs: number, value: number): boolean {
    const { head, doubles } = this.#parts;
    return head.has(series, stampMs, value) || doubles.has(series, stampMs, value);
  }
}

function count(
  lacking: Map<EdgeId, { doubles: number; refused: number }>,
  edge: EdgeId,
): { doubles: number; refused: number } {
  const known = lacking.get(edge);
  if (known !== undefined) return known;
  const counts = { doubles: 0, refused: 0 };
  lacking.set(edge, counts);
  return counts;
}
