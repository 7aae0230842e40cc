/**
 * What was committed and is not in the tables of its days yet: one row a commit, read again at a start. A reading that
 * is committed costs the disk a dozen bytes at the end of one table, however many sensors there are; their own tables
 * are written when there are some thousand.
 */
import { ByteReader } from '../blocks/byte-reader.ts';
import { ByteWriter } from '../blocks/byte-writer.ts';
import type { Connection } from './connection.ts';
import type { Head } from './head.ts';

const writer = new ByteWriter(64 * 1_024);

export class Journal {
  readonly #connection: Connection;
  #rows = 0;
  #before = 0;
  #notes: [number, string][] = [];
  #pending = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Rows that a start would have to read. */
  get rows(): number {
    return this.#rows;
  }

  /** Reads everything into an empty head. Throws on damage. */
  load(head: Head): void {
    const rows = this.#connection.all('SELECT readings, notes FROM journal ORDER BY number');
    this.#rows = rows.length;
    this.discard();
    for (const [readings, notes] of rows) {
      const byIndex = new Map(notes === null ? [] : (JSON.parse(String(notes)) as [number, string][]));
      const reader = new ByteReader(readings as Uint8Array);
      let stampMs = 0;
      for (let index = 0; reader.left > 0; index++) {
        const series = reader.unsigned();
        stampMs += reader.signed();
        head.add(series, stampMs, reader.double(), byIndex.get(index));
      }
    }
  }

  /** Collects a reading for the next `append`. */
  add(series: number, stampMs: number, value: number, note: string | undefined): void {
    if (this.#pending === 0) writer.clear();
    writer.unsigned(series);
    writer.signed(stampMs - this.#before);
    writer.double(value);
    if (note !== undefined) this.#notes.push([this.#pending, note]);
    this.#before = stampMs;
    this.#pending += 1;
  }

  /** Writes what was collected as one row, within a transaction of the caller. */
  append(): void {
    if (this.#pending === 0) return;
    const notes = this.#notes.length === 0 ? null : JSON.stringify(this.#notes);
    this.#connection.run('INSERT INTO journal (readings, notes) VALUES (?, ?)', writer.take(), notes);
    this.#rows += 1;
    this.discard();
  }

  /** Forgets what was collected. */
  discard(): void {
    this.#pending = 0;
    this.#before = 0;
    this.#notes = [];
  }

  /** Everything has been written elsewhere, in the same transaction. */
  clear(): void {
    this.#connection.run('DELETE FROM journal');
    this.#rows = 0;
  }
}
