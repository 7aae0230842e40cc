/**
 * Seals a day: its readings in long parts, compressed once more, with minutes, five minutes and hours beside them. It
 * goes in small steps, between which others write and read; nobody sees any of it before the change-over. After late
 * readings it is done again: sensors that had none are copied as they are.
 */
import { joinBlocks } from '../blocks/block-slices.ts';
import { Buckets, type RollupBlock } from '../blocks/buckets.ts';
import type { ReadingBlock } from '../blocks/reading-block.ts';
import { encodeRollups } from '../blocks/rollup-block.ts';
import { decimalsOf } from '../blocks/value-column.ts';
import type { Connection } from './connection.ts';
import {
  type Day,
  type DayBook,
  fiveTable,
  hourTable,
  minuteTable,
  rawTable,
  stageTable,
  tablesOf,
} from './day-book.ts';
import { dayMs } from './day-number.ts';
import { dayReadings, hourKey, stretchMs } from './day-readings.ts';
import { piecesOf } from './flush.ts';
import { type EncodedPart, encodePart, PartTable } from './part-table.ts';

/** Readings of one part of a sealed day. */
const sealedPart = 4_096;
/** Bytes that are written at a time: some milliseconds' work. */
const stepBytes = 128 * 1_024;

/** What has no open and no frozen readings is left as it is. */
export function* sealDay(connection: Connection, book: DayBook, number: number): Generator<void> {
  if (book.get(number).frozen === null && book.get(number).open === null) return;
  const seal = connection.transaction(() => Seal.begin(connection, book, number));
  try {
    for (const series of seal.series()) {
      yield* seal.copy(series);
      // The day was dropped meanwhile.
      if (!seal.isWanted()) return seal.abandon();
    }
    seal.write();
    connection.transaction(() => seal.changeOver());
  } catch (thrown) {
    book.reload();
    seal.abandonIfPossible();
    throw thrown;
  }
}

class Seal {
  readonly #connection: Connection;
  readonly #book: DayBook;
  /** As it was when the seal began: its sealed and frozen tables do not change. */
  readonly #day: Day;
  readonly #number: number;
  readonly #startMs: number;
  #parts: EncodedPart[] = [];
  #stretches: [table: string, key: number, data: Uint8Array][] = [];
  #bytes = 0;

  private constructor(connection: Connection, book: DayBook, day: Day, number: number) {
    this.#connection = connection;
    this.#book = book;
    this.#day = day;
    this.#number = number;
    this.#startMs = day.day * dayMs;
  }

  static begin(connection: Connection, book: DayBook, number: number): Seal {
    const day = book.get(number);
    const isResumed = day.frozen !== null;
    const frozen = isResumed ? day : { ...day, frozen: day.open, open: null };
    const target = frozen.next;
    book.put({ ...frozen, next: target + 1 });
    new PartTable(connection, rawTable(day, target), number).create();
    for (const table of [minuteTable(day, target), fiveTable(day, target), stageTable(day, target)]) {
      connection.exec(`CREATE TABLE ${table} (key INTEGER PRIMARY KEY, data BLOB NOT NULL)`);
    }
    return new Seal(connection, book, { ...frozen, open: null }, target);
  }

  isWanted(): boolean {
    const { sealed, frozen, dropped } = this.#book.get(this.#day.day);
    return !dropped && sealed === this.#day.sealed && frozen === this.#day.frozen;
  }

  /** Each once. */
  series(): Set<number> {
    const tables = [this.#table(this.#day.frozen), this.#table(this.#day.sealed)];
    return new Set(tables.flatMap((table) => (table === undefined ? [] : [...table.series()])));
  }

  *copy(series: number): Generator<void> {
    const { frozen, minutes, fives } = this.#day;
    if (minutes !== null && fives !== null && this.#table(frozen)?.last(series) === undefined) {
      return this.#copyAsItIs(series, minutes, fives);
    }
    const span = { fromMs: this.#startMs, toMs: this.#startMs + dayMs };
    const blocks: ReadingBlock[] = [];
    for (const block of dayReadings(this.#connection, this.#day, series, span)) {
      blocks.push(block);
      yield;
    }
    const all = joinBlocks(blocks);
    for (const piece of piecesOf(all, sealedPart)) {
      const part = encodePart(series, piece, this.#startMs, true);
      this.#parts.push(part);
      this.#bytes += part[6].length;
      yield;
    }
    this.#addStretches(series, all);
    if (this.#bytes > stepBytes) this.write();
    yield;
  }

  /** What was collected goes to the tables, which nobody reads yet. */
  write(): void {
    const [parts, stretches] = [this.#parts, this.#stretches];
    this.#parts = [];
    this.#stretches = [];
    this.#bytes = 0;
    if (parts.length === 0 && stretches.length === 0) return;
    const table = this.#table(this.#number);
    this.#connection.quietTransaction(() => {
      for (const part of parts) table?.insertEncoded(part);
      for (const [name, key, data] of stretches) {
        this.#connection.run(`INSERT INTO ${name} VALUES (?, ?)`, key, data);
      }
    });
  }

  /** Within a transaction. */
  changeOver(): void {
    const before = this.#book.get(this.#day.day);
    const hours = hourTable(before);
    this.#connection.exec(
      `CREATE TABLE IF NOT EXISTS ${hours} (key INTEGER PRIMARY KEY, data BLOB NOT NULL);
      INSERT OR REPLACE INTO ${hours} SELECT key, data FROM ${stageTable(before, this.#number)};
      DROP TABLE ${stageTable(before, this.#number)}`,
    );
    const sealed = this.#number;
    this.#book.put({ ...before, sealed, frozen: null, minutes: sealed, fives: sealed, hours: true });
    this.#dropTables(before.sealed, before.frozen, before.minutes, before.fives);
  }

  abandon(): void {
    this.#parts = [];
    this.#stretches = [];
    this.#connection.transaction(() => {
      this.#dropTables(this.#number, null, this.#number, this.#number);
      this.#book.drop(stageTable(this.#day, this.#number));
    });
  }

  /** On a disk that is full, what was written stays until the next start removes it. */
  abandonIfPossible(): void {
    try {
      this.abandon();
    } catch {
      // The failure that led here is the one to tell.
    }
  }

  #dropTables(
    sealed: number | null,
    frozen: number | null,
    minutes: number | null,
    fives: number | null,
  ): void {
    const day = { ...this.#day, sealed, frozen, open: null, minutes, fives };
    for (const table of tablesOf(day)) this.#book.drop(table);
  }

  #copyAsItIs(series: number, minutes: number, fives: number): void {
    const { sealed } = this.#day;
    if (sealed === null) return;
    this.#connection.quietTransaction(() => {
      const target = rawTable(this.#day, this.#number);
      new PartTable(this.#connection, rawTable(this.#day, sealed), this.#day.day).copy(series, target);
      for (const name of [minuteTable, fiveTable]) {
        const from = name(this.#day, name === minuteTable ? minutes : fives);
        this.#connection.run(
          `INSERT INTO ${name(this.#day, this.#number)} SELECT key, data FROM ${from} WHERE key = ?`,
          series,
        );
      }
    });
  }

  #addStretches(series: number, { stamps, values }: ReadingBlock): void {
    const buckets = new Buckets(stretchMs.minutes);
    for (let i = 0; i < stamps.length; i++) buckets.add(stamps[i] ?? 0, values[i] ?? 0);
    const decimals = decimalsOf(values);
    const minutes = buckets.take(decimals);
    this.#addRow(minuteTable(this.#day, this.#number), series, minutes, stretchMs.minutes);
    const fives = widened(minutes, stretchMs.fives, decimals);
    this.#addRow(fiveTable(this.#day, this.#number), series, fives, stretchMs.fives);
    const hours = widened(fives, stretchMs.hours, decimals);
    const key = hourKey(series, this.#day.day);
    this.#addRow(stageTable(this.#day, this.#number), key, hours, stretchMs.hours);
  }

  #addRow(table: string, key: number, block: RollupBlock, widthMs: number): void {
    const data = encodeRollups(block, this.#startMs, widthMs);
    this.#stretches.push([table, key, data]);
    this.#bytes += data.length;
  }

  #table(number: number | null): PartTable | undefined {
    if (number === null) return undefined;
    return new PartTable(this.#connection, rawTable(this.#day, number), this.#day.day);
  }
}

function widened(block: RollupBlock, widthMs: number, decimals: number): RollupBlock {
  const buckets = new Buckets(widthMs);
  buckets.addRollups(block);
  return buckets.take(decimals);
}
