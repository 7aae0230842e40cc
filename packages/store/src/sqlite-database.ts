/** SQLite spoken to with Kysely. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteAdapter, type SqliteDatabase, SqliteDialect } from 'kysely';
import { type Migrations, migrate } from './migrations.ts';
import { asDatabaseError, openSqlite } from './sqlite-file.ts';

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
  const database = speakTo<Schema>(openSqlite(file), true);
  try {
    await migrate(database, options.migrations);
  } catch (thrown) {
    await database.destroy();
    throw asDatabaseError(file, thrown);
  }
  return database;
}

/**
 * Brings the schema of an open database up to date, for one that is used by prepared statements of its own.
 * Throws as `openDatabase` does, and leaves the database open.
 */
export async function upgradeSqlite(
  sqlite: DatabaseSync,
  { file, migrations }: DatabaseOptions,
): Promise<void> {
  const database = speakTo<unknown>(sqlite, false);
  try {
    await migrate(database, migrations);
  } catch (thrown) {
    throw asDatabaseError(file, thrown);
  } finally {
    await database.destroy();
  }
}

function speakTo<Schema>(sqlite: DatabaseSync, closes: boolean): Kysely<Schema> {
  const database = { ...adapt(sqlite), ...(closes ? {} : { close: () => {} }) };
  return new Kysely<Schema>({ dialect: new TransactionalSqlite({ database }) });
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
