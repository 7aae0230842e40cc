/** How long what is kept, in days, and what is dropped when: whole tables, which is quick however much they hold. */
import { BothyError } from '@bothy/wire';
import type { Connection } from './connection.ts';
import {
  type Day,
  type DayBook,
  fiveTable,
  hourTable,
  minuteTable,
  rawTables,
  tablesOf,
} from './day-book.ts';
import { dayMs, monthOf } from './day-number.ts';

export interface Retention {
  /** Readings as they came. @default 30 */
  readonly rawDays: number;
  /** Minutes, five minutes and hours, in which they are summed up. @default 90, 365 and 1826 */
  readonly minuteDays: number;
  readonly fiveDays: number;
  /** Hours are dropped by whole months. */
  readonly hourDays: number;
}

export const defaultRetention: Retention = { rawDays: 30, minuteDays: 90, fiveDays: 365, hourDays: 1_826 };

/** Throws `configuration_invalid` on times that are none, or that rise towards what is finer. */
export function checkRetention(retention: Retention): Retention {
  const { rawDays, minuteDays, fiveDays, hourDays } = retention;
  const rising = [1, rawDays, minuteDays, fiveDays, hourDays, 36_500];
  if (rising.every((days, i) => Number.isInteger(days) && days >= (rising[i - 1] ?? 1))) return retention;
  const sentence = `Readings are kept for ${rawDays} days, minutes ${minuteDays}, five minutes ${fiveDays}, hours ${hourDays}: these must be whole numbers from 1, none below the one before it.`;
  throw new BothyError('configuration_invalid', sentence);
}

/** Drops what is too old, a day at a time. What is not sealed yet waits until it is. */
export function* expire(
  connection: Connection,
  book: DayBook,
  today: number,
  { rawDays, minuteDays, fiveDays, hourDays }: Retention,
): Generator<void> {
  for (const { day: number } of book.list()) {
    const day = book.get(number);
    const age = today - number;
    const isSealed = day.frozen === null && day.open === null;
    const raw = age > rawDays && isSealed && !day.dropped;
    const minutes = age > minuteDays && day.dropped && day.minutes !== null;
    const fives = age > fiveDays && day.dropped && day.fives !== null;
    if (raw || minutes || fives) {
      connection.transaction(() => dropTables(book, day, { raw, minutes, fives }));
      yield;
    }
  }
  for (const month of monthsOf(book)) {
    const last = month[month.length - 1] as Day;
    if (today - last.day > hourDays && month.every((day) => tablesOf(day).length === 0)) {
      connection.transaction(() => {
        book.drop(hourTable(last));
        for (const { day } of month) book.forget(day);
      });
      yield;
    }
  }
}

interface Dropped {
  readonly raw: boolean;
  readonly minutes: boolean;
  readonly fives: boolean;
}

function dropTables(book: DayBook, day: Day, which: Dropped): void {
  const raw = which.raw ? rawTables(day) : [];
  const minutes = which.minutes && day.minutes !== null ? [minuteTable(day, day.minutes)] : [];
  const fives = which.fives && day.fives !== null ? [fiveTable(day, day.fives)] : [];
  for (const table of [...raw, ...minutes, ...fives]) book.drop(table);
  book.put({
    ...day,
    ...(which.raw ? { sealed: null, frozen: null, open: null, dropped: true } : {}),
    ...(which.minutes ? { minutes: null } : {}),
    ...(which.fives ? { fives: null } : {}),
  });
}

function monthsOf(book: DayBook): Day[][] {
  return [...Map.groupBy(book.list(), hourTable).values()];
}

/** One day on somebody's word, with all that it sums up to. Its readings are refused from then on. */
export function dropDay(connection: Connection, book: DayBook, number: number): void {
  connection.transaction(() => {
    const day = book.get(number);
    dropTables(book, day, { raw: true, minutes: true, fives: true });
    if (!day.hours) return;
    connection.run(`DELETE FROM ${hourTable(day)} WHERE key % 32 = ?`, monthOf(number).dayOfMonth);
    book.put({ ...book.get(number), hours: false });
  });
}

/** Days that are over and hold what is not sealed, in order. `quietMs`: how long after their end. */
export function daysToSeal(book: DayBook, wallMs: number, quietMs: number): number[] {
  const ended = book.list().filter(({ day }) => (day + 1) * dayMs + quietMs <= wallMs);
  return ended.filter(({ frozen, open }) => frozen !== null || open !== null).map(({ day }) => day);
}
