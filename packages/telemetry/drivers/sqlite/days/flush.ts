/** From the journal into the tables of the days: what a head holds, in one transaction. */
import { joinBlocks, mergeBlocks, sliceBlock } from '../blocks/block-slices.ts';
import type { ReadingBlock } from '../blocks/reading-block.ts';
import type { Connection } from './connection.ts';
import { type DayBook, rawTable } from './day-book.ts';
import { dayMs, dayOf } from './day-number.ts';
import type { Head } from './head.ts';
import type { Journal } from './journal.ts';
import { PartTable } from './part-table.ts';

/** Readings of one part of an open day: few enough to be written again while they become more. */
const openPart = 256;

/** The days that it wrote. */
export function flushHead(
  connection: Connection,
  book: DayBook,
  head: Head,
  journal: Journal,
): ReadonlySet<number> {
  const days = new Set<number>();
  if (journal.rows === 0) return days;
  connection.transaction(() => {
    for (const series of head.series()) {
      for (const block of byDay(head.between(series, -Infinity, Infinity))) {
        const day = dayOf(block.stamps[0] ?? 0);
        const table = openTable(connection, book, day);
        days.add(day);
        if (table !== undefined) addReadings(table, series, block);
      }
    }
    journal.clear();
  });
  head.clear();
  return days;
}

/** The table that takes what comes; undefined when the day was dropped since it came. */
function openTable(connection: Connection, book: DayBook, number: number): PartTable | undefined {
  const day = book.get(number);
  if (day.dropped) return undefined;
  if (day.open !== null) return new PartTable(connection, rawTable(day, day.open), number);
  const table = new PartTable(connection, rawTable(day, day.next), number);
  table.create();
  book.put({ ...day, open: day.next, next: day.next + 1 });
  return table;
}

function addReadings(table: PartTable, series: number, block: ReadingBlock): void {
  const last = table.last(series);
  const firstMs = block.stamps[0] ?? 0;
  if (last === undefined || (firstMs > last.toMs && last.count + block.stamps.length > openPart)) {
    return insertPieces(table, series, block);
  }
  const lastMs = block.stamps[block.stamps.length - 1] ?? 0;
  // Usually the last part alone, which becomes longer; late readings open the parts that they fall into.
  const parts = firstMs > last.toMs ? [last] : table.between(series, firstMs, lastMs + 1);
  const stored = joinBlocks(parts.map((part) => table.read(part)));
  for (const part of parts) table.delete(part.key);
  insertPieces(table, series, joinBlocks([...mergeBlocks([[stored], [block]])]));
}

function insertPieces(table: PartTable, series: number, block: ReadingBlock): void {
  for (const piece of piecesOf(block, openPart)) table.insert(series, piece, false);
}

/** Of about so many readings each; those of one stamp stay together, for parts are known by their first stamp. */
export function* piecesOf(block: ReadingBlock, most: number): Generator<ReadingBlock> {
  const { stamps } = block;
  for (let from = 0; from < stamps.length; ) {
    let to = Math.min(stamps.length, from + most);
    while (to < stamps.length && stamps[to] === stamps[to - 1]) to += 1;
    yield sliceBlock(block, from, to);
    from = to;
  }
}

function* byDay(block: ReadingBlock): Generator<ReadingBlock> {
  const { stamps } = block;
  for (let from = 0; from < stamps.length; ) {
    const endMs = (dayOf(stamps[from] ?? 0) + 1) * dayMs;
    let to = from + 1;
    while (to < stamps.length && (stamps[to] ?? 0) < endMs) to += 1;
    yield sliceBlock(block, from, to);
    from = to;
  }
}
