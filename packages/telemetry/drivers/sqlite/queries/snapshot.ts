/** What one question sees: the database as it was at one moment, and the readings that were in no table then. */
import { clipBlock } from '../blocks/block-slices.ts';
import type { ReadingBlock } from '../blocks/reading-block.ts';
import type { Connection } from '../days/connection.ts';
import { type Day, dayWithout } from '../days/day-book.ts';
import { dayMs } from '../days/day-number.ts';
import { dayReadings, type Span } from '../days/day-readings.ts';
import type { Head } from '../days/head.ts';

export class Snapshot {
  /** In a read transaction. */
  readonly connection: Connection;
  /** Of which there is something, in order of time. */
  readonly days: readonly Day[];
  readonly #heads = new Map<number, ReadingBlock>();

  /**
   * Made at the moment when the read transaction begins, for what a head holds moves into tables later. `series` are
   * all sensors of the question, `span` its time.
   */
  constructor(
    connection: Connection,
    days: readonly Day[],
    head: Head,
    series: readonly number[],
    span: Span,
  ) {
    this.connection = connection;
    const all = new Map(days.map((day) => [day.day, day]));
    for (const day of head.days()) if (!all.has(day)) all.set(day, dayWithout(day));
    for (const number of series) {
      const block = head.between(number, span.fromMs, span.toMs);
      if (block.stamps.length > 0) this.#heads.set(number, block);
    }
    this.days = [...all.values()].sort((a, b) => a.day - b.day);
  }

  head(series: number): ReadingBlock | undefined {
    return this.#heads.get(series);
  }

  daysWithin({ fromMs, toMs }: Span): readonly Day[] {
    return this.days.filter(({ day }) => (day + 1) * dayMs > fromMs && day * dayMs < toMs);
  }

  /** The readings of one sensor in order of their stamps. */
  *readings(series: number, span: Span): Generator<ReadingBlock> {
    for (const day of this.daysWithin(span)) yield* this.readingsOf(day, series, span);
  }

  readingsOf(day: Day, series: number, span: Span): Generator<ReadingBlock> {
    const within = clipSpan(day, span);
    const head = this.#heads.get(series);
    const more = head === undefined ? undefined : clipBlock(head, within.fromMs, within.toMs);
    return dayReadings(this.connection, day, series, within, more);
  }
}

/** The part of a span that lies in a day. */
export function clipSpan({ day }: Day, { fromMs, toMs }: Span): Span {
  return { fromMs: Math.max(fromMs, day * dayMs), toMs: Math.min(toMs, (day + 1) * dayMs) };
}
