/**
 * What an edge keeps: outbox, number of its start, state of its rules. One file, one writer, WAL with `synchronous=FULL`.
 * It runs in the thread of the edge: a hundred sensors are twenty commits in a second, and a thread of its own would
 * cost as much memory as the rest of the store.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Storage } from '@bothy/runtime';
import { FileLock } from '@bothy/store/file-lock';
import { asDatabaseError, openSqlite } from '@bothy/store/sqlite-file';
import { BothyError, type CommandAnswer } from '@bothy/wire';
import type {
  CommandedRules,
  DetectorRecord,
  EdgeAnswer,
  EdgeQuery,
  EdgeSnapshot,
  EdgeWrite,
  OutboxEntry,
  OutboxItem,
  RuleStateRecord,
  ToldRecord,
} from '../../core/index.ts';
import { upgradeEdgeTables } from './edge-tables.ts';
import { EdgeWriter } from './edge-writer.ts';

interface ItemRow {
  readonly number: number;
  readonly boot: number;
  readonly sensor: string;
  readonly seq: number;
  readonly stampMs: number;
  readonly value: number;
  readonly unit: string | null;
  readonly quality: string | null;
  readonly bytes: number;
}

const itemColumns = 'number, boot, sensor, seq, stamp_ms AS stampMs, bytes';

export class SqliteEdgeStore implements Storage<EdgeWrite> {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #lock: FileLock;
  readonly #writer: EdgeWriter;
  readonly #item: StatementSync;
  #closed = false;

  /** Throws `data_directory_unusable` or `database_corrupt`, each with what to do. */
  constructor(file: string) {
    this.#file = file;
    this.#database = openSqlite(file);
    let lock: FileLock | undefined;
    try {
      lock = lockFor(file);
      upgradeEdgeTables(this.#database, file);
      this.#writer = new EdgeWriter(this.#database);
      this.#item = this.#database.prepare(
        `SELECT ${itemColumns}, value, unit, quality FROM outbox WHERE number = ?`,
      );
    } catch (thrown) {
      lock?.release();
      this.#database.close();
      throw asDatabaseError(file, thrown);
    }
    this.#lock = lock;
  }

  /**
   * `done` comes in a later turn of the event loop: sensors that are due at once have been read by then, and become
   * durable together with the next commit.
   */
  commit(writes: readonly EdgeWrite[], done: (error?: unknown) => void): void {
    setImmediate(() => done(this.#write(writes)));
  }

  /** Throws `database_corrupt` when it cannot be read. */
  snapshot(): EdgeSnapshot {
    try {
      return this.#snapshot();
    } catch (thrown) {
      throw this.#failure(thrown, 'read');
    }
  }

  /** What of these items is still there. Throws `storage_failed`. */
  answer({ numbers }: EdgeQuery): EdgeAnswer {
    try {
      return numbers.flatMap((number) => {
        const row = this.#item.get(number) as ItemRow | undefined;
        return row === undefined ? [] : [itemOf(row)];
      });
    } catch (thrown) {
      throw this.#failure(thrown, 'read');
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.close();
    this.#lock.release();
  }

  #write(writes: readonly EdgeWrite[]): BothyError | undefined {
    if (this.#closed) return new BothyError('storage_failed', 'The store is closed.');
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const write of writes) this.#writer.write(write);
      this.#database.exec('COMMIT');
      return undefined;
    } catch (thrown) {
      try {
        // SQLite has ended the transaction itself when the disk is full.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      } catch {
        // The first failure says more.
      }
      return this.#failure(thrown, 'written');
    }
  }

  #snapshot(): EdgeSnapshot {
    const rows = <Row>(sql: string): Row[] => this.#database.prepare(sql).all() as Row[];
    const meta = new Map(
      rows<{ key: string; value: string }>('SELECT key, value FROM meta').map(
        ({ key, value }) => [key, JSON.parse(value) as unknown] as const,
      ),
    );
    const states = rows<{ record: string }>('SELECT record FROM rule_state ORDER BY rule, node, sensor');
    const detectors = rows<{ node: string; sensor: string; state: string }>(
      'SELECT node, sensor, state FROM detector ORDER BY node, sensor',
    );
    const last = rows<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'");
    return {
      boot: (meta.get('boot') as number | undefined) ?? 0,
      dropped: (meta.get('dropped') as number | undefined) ?? 0,
      hasHome: meta.get('hasHome') === true,
      told: rows<ToldRecord>('SELECT rule, sensor FROM told ORDER BY rule, sensor'),
      answers: (meta.get('answers') as readonly CommandAnswer[] | undefined) ?? [],
      commanded: (meta.get('commanded') as CommandedRules | undefined) ?? null,
      engine: {
        states: states.map(({ record }) => JSON.parse(record) as RuleStateRecord),
        detectors: detectors.map(
          ({ node, sensor, state }) => ({ node, sensor, state: JSON.parse(state) }) as DetectorRecord,
        ),
      },
      outbox: this.#entries(),
      lastNumber: last[0]?.seq ?? 0,
    };
  }

  /** Row by row: after a day without a node there may be a million. */
  *#entries(): Iterable<OutboxEntry> {
    const statement = this.#database.prepare(`SELECT ${itemColumns} FROM outbox ORDER BY number`);
    for (const row of statement.iterate()) yield row as unknown as OutboxEntry;
  }

  #failure(thrown: unknown, done: 'read' | 'written'): BothyError {
    const error = asDatabaseError(this.#file, thrown);
    if (error.code !== 'storage_failed') return error;
    const advice = 'Free space or mend the disk: the edge tries again by itself.';
    const sentence = `${this.#file} cannot be ${done} (${error.message}). ${advice}`;
    return new BothyError('storage_failed', sentence, { cause: thrown });
  }
}

function itemOf({ unit, quality, ...row }: ItemRow): OutboxItem {
  return { ...row, ...(unit === null ? {} : { unit }), ...(quality === null ? {} : { quality }) };
}

function lockFor(file: string): FileLock {
  try {
    return new FileLock(file);
  } catch (thrown) {
    const error = BothyError.from(thrown);
    if (!error.message.includes('in use')) throw error;
    const advice = 'Stop that one first, or choose another data folder.';
    throw new BothyError('data_directory_unusable', `${file} is in use by another edge. ${advice}`, {
      cause: thrown,
    });
  }
}
