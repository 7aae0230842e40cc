/** The database as its thread has it: what is committed, flushed, sealed and dropped. Questions are in `store-questions.ts`. */
import type { DatabaseSync } from 'node:sqlite';
import { Connection } from './days/connection.ts';
import { DayBook } from './days/day-book.ts';
import { dayOf } from './days/day-number.ts';
import { flushHead } from './days/flush.ts';
import { Head } from './days/head.ts';
import { Journal } from './days/journal.ts';
import { type NotStored, ReadingWriter } from './days/reading-writer.ts';
import { daysToSeal, dropDay, expire, type Retention } from './days/retention.ts';
import { sealDay } from './days/seal.ts';
import { SeriesBook } from './days/series-book.ts';
import { StoredDoubles } from './days/stored-doubles.ts';
import { writeRecord } from './records/record-table.ts';
import type { CommitMessage } from './worker-messages.ts';

export interface DatabaseOptions {
  readonly retention: Retention;
  readonly sealAfterMs: number;
  readonly headReadings: number;
  readonly maxSensors: number;
}

/** Commits between two flushes: a start reads them again, each as a row. */
const journalRows = 4_096;
/** After a deletion of many days the log does not stay as large as it was then. */
const logBytes = 64 * 1_024 * 1_024;

export class TelemetryDatabase {
  readonly connection: Connection;
  readonly series: SeriesBook;
  readonly days: DayBook;
  readonly head = new Head();
  readonly #options: DatabaseOptions;
  readonly #journal: Journal;
  readonly #doubles: StoredDoubles;
  readonly #writer: ReadingWriter;
  /** Days that readings came for since the last `maintain`. */
  #touched = new Set<number>();

  /** Throws on a file that is damaged. */
  constructor(database: DatabaseSync, options: DatabaseOptions) {
    this.connection = new Connection(database);
    this.connection.exec(`PRAGMA journal_size_limit = ${logBytes}`);
    this.#options = options;
    this.series = new SeriesBook(this.connection, options.maxSensors);
    this.days = new DayBook(this.connection);
    this.#journal = new Journal(this.connection);
    this.#journal.load(this.head);
    this.#doubles = new StoredDoubles(this.connection, this.days);
    this.#writer = new ReadingWriter({
      series: this.series,
      days: this.days,
      head: this.head,
      journal: this.#journal,
      doubles: this.#doubles,
      rawDays: options.retention.rawDays,
    });
  }

  /** All of them or none: one flush of the disk. What of each was not stored. Throws what the engine says. */
  commit(commits: readonly CommitMessage[], wallMs: number): (readonly NotStored[])[] {
    if (this.head.count >= this.#options.headReadings || this.#journal.rows >= journalRows) this.flush();
    try {
      return this.connection.transaction(() =>
        commits.map(({ readings, records }) => {
          for (const record of records) writeRecord(this.connection, record);
          return readings.flatMap((batch) => this.#writer.write(batch, wallMs));
        }),
      );
    } catch (thrown) {
      this.#writer.reload();
      throw thrown;
    }
  }

  /** Moves what is in the journal into the tables of its days. */
  flush(): void {
    try {
      for (const day of flushHead(this.connection, this.days, this.head, this.#journal))
        this.#touched.add(day);
      this.#doubles.clear();
    } catch (thrown) {
      this.#writer.reload();
      throw thrown;
    }
  }

  /** Seals days that are over and quiet, and drops what is too old, in small steps. */
  *maintain(wallMs: number): Generator<void> {
    this.flush();
    const touched = this.#touched;
    this.#touched = new Set();
    for (const day of daysToSeal(this.days, wallMs, this.#options.sealAfterMs)) {
      // More may be on its way: an edge that was offline sends for minutes.
      if (!touched.has(day)) yield* this.#watched(sealDay(this.connection, this.days, day));
    }
    // A clock that is ahead for a while drops nothing.
    const today = Math.min(dayOf(wallMs), this.days.latest);
    yield* this.#watched(expire(this.connection, this.days, today, this.#options.retention));
  }

  *seal(day: number): Generator<void> {
    this.flush();
    yield* this.#watched(sealDay(this.connection, this.days, day));
  }

  drop(day: number): void {
    this.flush();
    dropDay(this.connection, this.days, day);
    this.#doubles.clear();
  }

  close(): void {
    this.connection.close();
  }

  /** What is remembered of tables is true no longer; after a failure the books are as the disk has them. */
  *#watched(work: Generator<void>): Generator<void> {
    try {
      for (const _ of work) {
        this.#doubles.clear();
        yield;
      }
    } catch (thrown) {
      this.#writer.reload();
      throw thrown;
    } finally {
      this.#doubles.clear();
    }
  }
}
