/**
 * A file of SQLite, opened through `node:sqlite` in WAL with `synchronous=FULL`:
 * what was committed is on the disk. Here is also what its failures mean. It is
 * an entry of its own, for threads that need no query builder.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BothyError } from '@bothy/wire';

/**
 * `file` is a path, or `:memory:`; its folder is made when it is not there.
 * Throws `data_directory_unusable` or `database_corrupt`, each with what to do.
 */
export function openSqlite(file: string): DatabaseSync {
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

/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
const sqliteCantOpen = 14;
const sqliteReadOnly = 8;
const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

/** What a failure of this database is to be told as: `database_corrupt`, `data_directory_unusable` or `storage_failed`. */
export function asDatabaseError(file: string, thrown: unknown): BothyError {
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
