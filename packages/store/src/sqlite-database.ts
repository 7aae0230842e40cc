/**
 * SQLite through `node:sqlite`, spoken to with Kysely. WAL with
 * `synchronous=FULL`: what was committed is on the disk.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { BothyError } from '@bothy/wire';
import { Kysely, SqliteAdapter, type SqliteDatabase, SqliteDialect } from 'kysely';
import { type Migrations, migrate } from './migrations.ts';

export interface DatabaseOptions {
  /** Path of the file, or `:memory:`. Its folder is made when it is not there. */
  readonly file: string;
  /** All migrations of this schema, by their names in order. */
  readonly migrations: Migrations;
}

/**
 * Opens the database and brings its schema up to date.
 * Throws `data_directory_unusable` or `database_corrupt`, each with what to do.
 */
export async function openDatabase<Schema>(options: DatabaseOptions): Promise<Kysely<Schema>> {
  const { file } = options;
  const sqlite = openFile(file);
  const database = new Kysely<Schema>({ dialect: new TransactionalSqlite({ database: adapt(sqlite) }) });
  try {
    await migrate(database, options.migrations);
  } catch (thrown) {
    await database.destroy();
    throw asDatabaseError(file, thrown);
  }
  return database;
}

/** SQLite changes schemas within transactions, which Kysely leaves unused: migrations then are whole or not at all. */
class TransactionalSqlite extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function openFile(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  } catch (thrown) {
    throw unusable(dirname(file), thrown);
  }
  let sqlite: DatabaseSync | undefined;
  try {
    sqlite = new DatabaseSync(file);
    sqlite.exec('PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON');
    sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    return sqlite;
  } catch (thrown) {
    sqlite?.close();
    throw asDatabaseError(file, thrown);
  }
}

/** The few methods that Kysely's dialect needs, over `node:sqlite`. */
function adapt(sqlite: DatabaseSync): SqliteDatabase {
  return {
    close: () => sqlite.close(),
    prepare: (sql) => {
      const statement = sqlite.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
        run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
        iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
      };
    },
  };
}

/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
const sqliteCantOpen = 14;
const sqliteReadOnly = 8;
const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

function asDatabaseError(file: string, thrown: unknown): BothyError {
  if (thrown instanceof BothyError) return thrown;
  const code = (thrown as { errcode?: unknown }).errcode;
  const primary = typeof code === 'number' ? code & 0xff : undefined;
  if (primary === sqliteCorrupt || primary === sqliteNotADatabase) {
    const advice = 'Move it away, or put a copy from a backup in its place, and start again.';
    return new BothyError('database_corrupt', `${file} is damaged or no database. ${advice}`, {
      cause: thrown,
    });
  }
  if (primary === sqliteCantOpen || primary === sqliteReadOnly) return unusable(file, thrown);
  return BothyError.from(thrown, 'storage_failed');
}

function unusable(path: string, cause: unknown): BothyError {
  const advice = 'Choose another with --data, or make it writable.';
  return new BothyError('data_directory_unusable', `${path} cannot be written. ${advice}`, { cause });
}
