/**
 * Which days are stored, and in which tables. A day goes through
 *
 *   open ──seal──▶ sealed ──late readings──▶ sealed and open ──seal──▶ sealed ──retention──▶ dropped
 *
 * `open` takes what comes. A seal freezes it, so that what comes meanwhile goes to a new one, writes sealed and frozen
 * readings into one new sealed table, and changes over in one transaction: whoever reads sees each reading once.
 * Of a dropped day the sums stay for their own time; new readings of it are refused.
 */
import type { Connection, Row } from './connection.ts';
import { monthOf } from './day-number.ts';

/** Numbers of tables; null where there is none. */
export interface Day {
  readonly day: number;
  readonly sealed: number | null;
  readonly frozen: number | null;
  readonly open: number | null;
  readonly minutes: number | null;
  readonly fives: number | null;
  /** Its hours are in the table of its month. */
  readonly hours: boolean;
  /** Readings of it are refused. */
  readonly dropped: boolean;
  /** The number of the next table. */
  readonly next: number;
}

export class DayBook {
  readonly #connection: Connection;
  #days = new Map<number, Day>();
  #latest = -Infinity;

  /** Removes what an interrupted seal left. */
  constructor(connection: Connection) {
    this.#connection = connection;
    this.reload();
    this.#removeStrays();
  }

  /** As it is on the disk: after a transaction that was rolled back. */
  reload(): void {
    const rows = this.#connection.all(
      'SELECT day, sealed, frozen, open, minutes, fives, hours, dropped, next FROM day ORDER BY day',
    );
    this.#days = new Map(rows.map((row) => [Number(row[0]), dayOfRow(row)]));
    this.#latest = Math.max(-Infinity, ...this.#days.keys());
  }

  get(day: number): Day {
    return this.#days.get(day) ?? dayWithout(day);
  }

  has(day: number): boolean {
    return this.#days.has(day);
  }

  /** The latest day that is stored; -Infinity when none is. */
  get latest(): number {
    return this.#latest;
  }

  /** As they are now, in order of time. */
  list(): Day[] {
    return [...this.#days.values()].sort((a, b) => a.day - b.day);
  }

  put(day: Day): void {
    const { sealed, frozen, open, minutes, fives, hours, dropped, next } = day;
    this.#connection.run(
      `INSERT OR REPLACE INTO day (day, sealed, frozen, open, minutes, fives, hours, dropped, next)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[day.day, sealed, frozen, open, minutes, fives, hours ? 1 : 0, dropped ? 1 : 0, next],
    );
    this.#days.set(day.day, day);
    this.#latest = Math.max(this.#latest, day.day);
  }

  forget(day: number): void {
    this.#connection.run('DELETE FROM day WHERE day = ?', day);
    this.#days.delete(day);
    this.#latest = Math.max(-Infinity, ...this.#days.keys());
  }

  drop(table: string): void {
    this.#connection.exec(`DROP TABLE IF EXISTS ${table}`);
  }

  #removeStrays(): void {
    const known = new Set(this.list().flatMap(tablesOf));
    for (const [name] of this.#connection.all(`SELECT name FROM sqlite_schema WHERE type = 'table'`)) {
      if (dayTable.test(String(name)) && !known.has(String(name))) this.drop(String(name));
    }
  }
}

const dayTable = /^(raw|minute|five|stage)_\d+_\d+$/;

/** A day of which no table holds anything yet. */
export function dayWithout(day: number): Day {
  const none = { sealed: null, frozen: null, open: null, minutes: null, fives: null };
  return { ...none, day, hours: false, dropped: false, next: 1 };
}

export function rawTable({ day }: Pick<Day, 'day'>, number: number): string {
  return `raw_${day}_${number}`;
}

export function minuteTable({ day }: Pick<Day, 'day'>, number: number): string {
  return `minute_${day}_${number}`;
}

export function fiveTable({ day }: Pick<Day, 'day'>, number: number): string {
  return `five_${day}_${number}`;
}

/** Hours that wait for the change-over. */
export function stageTable({ day }: Pick<Day, 'day'>, number: number): string {
  return `stage_${day}_${number}`;
}

/** Of a whole month: years of hours would be thousands of tables otherwise, and one question would need them all. */
export function hourTable({ day }: Pick<Day, 'day'>): string {
  return `hour_${monthOf(day).month}`;
}

/** Tables with readings of a day, those first that were written first. */
export function rawTables(day: Day): string[] {
  const numbers = [day.sealed, day.frozen, day.open].filter((number) => number !== null);
  return numbers.map((number) => rawTable(day, number));
}

/** But that of its hours. */
export function tablesOf(day: Day): string[] {
  const minutes = day.minutes === null ? [] : [minuteTable(day, day.minutes)];
  const fives = day.fives === null ? [] : [fiveTable(day, day.fives)];
  return [...rawTables(day), ...minutes, ...fives];
}

function dayOfRow([day, sealed, frozen, open, minutes, fives, hours, dropped, next]: Row): Day {
  const number = (cell: unknown): number | null => (cell === null ? null : Number(cell));
  return {
    day: Number(day),
    sealed: number(sealed),
    frozen: number(frozen),
    open: number(open),
    minutes: number(minutes),
    fives: number(fives),
    hours: hours === 1,
    dropped: dropped === 1,
    next: Number(next),
  };
}
