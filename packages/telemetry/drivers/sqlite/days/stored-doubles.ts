/** Whether a reading is in the tables already. Only readings that are not later than all of their sensor cost a look. */
import { countBelow } from '../blocks/block-slices.ts';
import type { ReadingBlock } from '../blocks/reading-block.ts';
import type { Connection } from './connection.ts';
import { type DayBook, rawTables } from './day-book.ts';
import { dayOf } from './day-number.ts';
import { PartTable } from './part-table.ts';

/** Parts that stay read: late readings of a device tend to fall into the same one. */
const mostBlocks = 64;
const mostEnds = 100_000;

export class StoredDoubles {
  readonly #connection: Connection;
  readonly #book: DayBook;
  /** The last stamp that is stored, by `series/day`. */
  readonly #ends = new Map<string, number>();
  readonly #blocks = new Map<string, ReadingBlock>();

  constructor(connection: Connection, book: DayBook) {
    this.#connection = connection;
    this.#book = book;
  }

  has(series: number, stampMs: number, value: number): boolean {
    const day = dayOf(stampMs);
    if (!this.#book.has(day) || stampMs > this.#endOf(series, day)) return false;
    return rawTables(this.#book.get(day)).some((name) => {
      const table = new PartTable(this.#connection, name, day);
      return table.between(series, stampMs, stampMs + 1).some((part) => {
        return holds(this.#read(name, table, part), stampMs, value);
      });
    });
  }

  /** Tables have changed. */
  clear(): void {
    this.#ends.clear();
    this.#blocks.clear();
  }

  #endOf(series: number, day: number): number {
    const key = `${series}/${day}`;
    const known = this.#ends.get(key);
    if (known !== undefined) return known;
    const tables = rawTables(this.#book.get(day)).map((name) => new PartTable(this.#connection, name, day));
    const end = Math.max(-Infinity, ...tables.map((table) => table.last(series)?.toMs ?? -Infinity));
    if (this.#ends.size >= mostEnds) this.#ends.clear();
    this.#ends.set(key, end);
    return end;
  }

  #read(name: string, table: PartTable, part: ReturnType<PartTable['between']>[number]): ReadingBlock {
    const key = `${name}/${part.key}`;
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const block = table.read(part);
    if (this.#blocks.size >= mostBlocks) this.#blocks.clear();
    this.#blocks.set(key, block);
    return block;
  }
}

function holds({ stamps, values }: ReadingBlock, stampMs: number, value: number): boolean {
  for (let at = countBelow(stamps, stampMs); stamps[at] === stampMs; at++) {
    if (values[at] === value) return true;
  }
  return false;
}
