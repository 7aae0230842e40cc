/**
 * A table of parts: some hundred readings of one sensor each, of one day. Its key is sensor and first stamp in one
 * number, so that the parts of a sensor lie beside each other and take no index. Beside the readings stand how many they
 * are, their lowest, highest and sum: longer stretches are summed up without reading them.
 */
import { decodeBlock, encodeBlock, type ReadingBlock } from '../blocks/reading-block.ts';
import { decimalsOf, tidySum } from '../blocks/value-column.ts';
import type { Connection, Row } from './connection.ts';
import { dayMs } from './day-number.ts';

/** More than the milliseconds of a day. */
const keysPerSeries = 2 ** 27;

export interface PartSummary {
  readonly key: number;
  /** Of the first and the last reading, Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
  readonly low: number;
  readonly high: number;
  readonly sum: number;
}

export class PartTable {
  readonly #connection: Connection;
  readonly #name: string;
  readonly #dayMs: number;

  constructor(connection: Connection, name: string, day: number) {
    this.#connection = connection;
    this.#name = name;
    this.#dayMs = day * dayMs;
  }

  create(): void {
    this.#connection.exec(
      `CREATE TABLE ${this.#name} (key INTEGER PRIMARY KEY, to_ms INTEGER NOT NULL, count INTEGER NOT NULL,
        low REAL NOT NULL, high REAL NOT NULL, sum REAL NOT NULL, data BLOB NOT NULL)`,
    );
  }

  insert(series: number, block: ReadingBlock, isFinal: boolean): void {
    this.insertEncoded(encodePart(series, block, this.#dayMs, isFinal));
  }

  insertEncoded(part: EncodedPart): void {
    this.#connection.run(`INSERT INTO ${this.#name} VALUES (?, ?, ?, ?, ?, ?, ?)`, ...part);
  }

  delete(key: number): void {
    this.#connection.run(`DELETE FROM ${this.#name} WHERE key = ?`, key);
  }

  /** The part that holds the latest readings of a sensor. */
  last(series: number): PartSummary | undefined {
    const row = this.#connection.get(
      `SELECT ${columns} FROM ${this.#name} WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT 1`,
      ...this.#span(series, this.#dayMs, this.#dayMs + dayMs),
    );
    return row === undefined ? undefined : this.#summary(row);
  }

  /** Parts with readings from `fromMs` on and before `toMs`, maybe one without at the beginning, in order. */
  between(series: number, fromMs: number, toMs: number): PartSummary[] {
    const [from, to] = this.#span(series, fromMs, toMs);
    // Parts do not overlap: the one that begins at or before `fromMs` may reach beyond it.
    const rows = this.#connection.all(
      `SELECT ${columns} FROM ${this.#name} WHERE key BETWEEN coalesce((SELECT max(key) FROM ${this.#name}
        WHERE key BETWEEN ? AND ?), ?) AND ? ORDER BY key`,
      series * keysPerSeries,
      from,
      from,
      to,
    );
    return rows.map((row) => this.#summary(row)).filter((part) => part.toMs >= fromMs);
  }

  read({ key }: PartSummary): ReadingBlock {
    const row = this.#connection.get(`SELECT data FROM ${this.#name} WHERE key = ?`, key);
    return decodeBlock(row?.[0] as Uint8Array, this.#dayMs);
  }

  /** Copies the parts of a sensor as they are. */
  copy(series: number, target: string): void {
    const span = this.#span(series, this.#dayMs, this.#dayMs + dayMs);
    this.#connection.run(
      `INSERT INTO ${target} SELECT * FROM ${this.#name} WHERE key BETWEEN ? AND ?`,
      ...span,
    );
  }

  /** Sensors that have parts, rising. */
  *series(): Generator<number> {
    for (let next = 0; ; ) {
      const row = this.#connection.get(`SELECT min(key) FROM ${this.#name} WHERE key >= ?`, next);
      if (row?.[0] == null) return;
      const series = Math.floor(Number(row[0]) / keysPerSeries);
      yield series;
      next = (series + 1) * keysPerSeries;
    }
  }

  #span(series: number, fromMs: number, toMs: number): [number, number] {
    const first = Math.max(0, fromMs - this.#dayMs);
    const last = Math.min(dayMs, toMs - this.#dayMs) - 1;
    return [series * keysPerSeries + first, series * keysPerSeries + last];
  }

  #summary([key, toMs, count, low, high, sum]: Row): PartSummary {
    const fromMs = this.#dayMs + (Number(key) % keysPerSeries);
    return {
      key: Number(key),
      fromMs,
      toMs: this.#dayMs + Number(toMs),
      ...{ count: Number(count), low: Number(low), high: Number(high), sum: Number(sum) },
    };
  }
}

const columns = 'key, to_ms, count, low, high, sum';

/** Cells of one row. */
export type EncodedPart = readonly [number, number, number, number, number, number, Uint8Array];

/** `block` has readings, all of the day. */
export function encodePart(
  series: number,
  block: ReadingBlock,
  startMs: number,
  isFinal: boolean,
): EncodedPart {
  const { stamps, values } = block;
  let [low, high, sum] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value < low) low = value;
    if (value > high) high = value;
    sum += value;
  }
  const first = (stamps[0] ?? 0) - startMs;
  const last = (stamps[stamps.length - 1] ?? 0) - startMs;
  const tidy = tidySum(sum, decimalsOf(values));
  const data = encodeBlock(block, startMs, isFinal);
  return [series * keysPerSeries + first, last, values.length, low, high, tidy, data];
}
