/** The readings of one sensor and day, from all tables that hold some, and what they sum up to. */
import { clipBlock, mergeBlocks } from '../blocks/block-slices.ts';
import type { Buckets } from '../blocks/buckets.ts';
import type { ReadingBlock } from '../blocks/reading-block.ts';
import { decodeRollups } from '../blocks/rollup-block.ts';
import type { Connection } from './connection.ts';
import { type Day, fiveTable, hourTable, minuteTable, rawTable, rawTables } from './day-book.ts';
import { dayMs, monthOf } from './day-number.ts';
import { PartTable } from './part-table.ts';

export interface Span {
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
}

/** In order of their stamps; `more` are those that are in no table yet. */
export function dayReadings(
  connection: Connection,
  day: Day,
  series: number,
  span: Span,
  more?: ReadingBlock,
): Generator<ReadingBlock> {
  const streams: Iterable<ReadingBlock>[] = [];
  for (const name of rawTables(day)) {
    const table = new PartTable(connection, name, day.day);
    const parts = table.between(series, span.fromMs, span.toMs);
    if (parts.length > 0) streams.push(readParts(table, parts, span));
  }
  if (more !== undefined && more.stamps.length > 0) streams.push([more]);
  return mergeBlocks(streams);
}

function* readParts(
  table: PartTable,
  parts: ReturnType<PartTable['between']>,
  { fromMs, toMs }: Span,
): Generator<ReadingBlock> {
  for (const part of parts) {
    const block = table.read(part);
    yield part.fromMs >= fromMs && part.toMs < toMs ? block : clipBlock(block, fromMs, toMs);
  }
}

export type StretchKind = 'minutes' | 'fives' | 'hours';

export const stretchMs: Readonly<Record<StretchKind, number>> = {
  minutes: 60_000,
  fives: 300_000,
  hours: 3_600_000,
};

/** Adds what a day sums up to. `span` are whole stretches of `kind`, and `widthMs` a multiple of its own. */
export function* sumDay(
  connection: Connection,
  day: Day,
  series: number,
  span: Span,
  kind: StretchKind,
  widthMs: number,
  into: Buckets,
): Generator<void> {
  const stored = storedStretches(connection, day, series, kind);
  if (stored !== undefined) into.addRollups(stored, span.fromMs, span.toMs);
  // What is in a sealed table is in the stored stretches already.
  const rest = [stored === undefined ? day.sealed : null, day.frozen, day.open].filter(
    (each) => each !== null,
  );
  for (const number of rest) {
    const table = new PartTable(connection, rawTable(day, number), day.day);
    for (const part of table.between(series, span.fromMs, span.toMs)) {
      const isWithin = part.fromMs >= span.fromMs && part.toMs < span.toMs;
      if (isWithin && Math.floor(part.fromMs / widthMs) === Math.floor(part.toMs / widthMs)) {
        into.addSum(part.fromMs, part.count, part.low, part.high, part.sum);
        continue;
      }
      const { stamps, values } = clipBlock(table.read(part), span.fromMs, span.toMs);
      for (let i = 0; i < stamps.length; i++) into.add(stamps[i] ?? 0, values[i] ?? 0);
      yield;
    }
  }
}

/** Readings of this day are gone, or stretches of this kind, while coarser ones are still there. */
export function hasOnlyCoarser(day: Day, kind: StretchKind | 'readings'): boolean {
  if (!day.dropped) return false;
  const kinds: readonly StretchKind[] = ['minutes', 'fives', 'hours'];
  if (kind !== 'readings' && tableOf(day, kind) !== undefined) return false;
  const coarser = kind === 'readings' ? kinds : kinds.slice(kinds.indexOf(kind) + 1);
  return coarser.some((each) => tableOf(day, each) !== undefined);
}

function storedStretches(connection: Connection, day: Day, series: number, kind: StretchKind) {
  const table = tableOf(day, kind);
  if (table === undefined) return undefined;
  const key = kind === 'hours' ? hourKey(series, day.day) : series;
  const data = connection.get(`SELECT data FROM ${table} WHERE key = ?`, key)?.[0];
  return data === undefined ? undefined : decodeRollups(data as Uint8Array, day.day * dayMs, stretchMs[kind]);
}

function tableOf(day: Day, kind: StretchKind): string | undefined {
  switch (kind) {
    case 'minutes':
      return day.minutes === null ? undefined : minuteTable(day, day.minutes);
    case 'fives':
      return day.fives === null ? undefined : fiveTable(day, day.fives);
    case 'hours':
      return day.hours ? hourTable(day) : undefined;
  }
}

/** Sensor and day of the month: the days of a sensor lie beside each other. */
export function hourKey(series: number, day: number): number {
  return series * 32 + monthOf(day).dayOfMonth;
}
