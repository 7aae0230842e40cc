/** The tables that are there from the start; those of days come and go, see `days/day-book.ts`. */
import { type Migrations, upgradeSqlite } from '@bothy/store';
import { FileLock } from '@bothy/store/file-lock';
import { openSqlite } from '@bothy/store/sqlite-file';

type Database = Parameters<Migrations[string]['up']>[0];

const migrations: Migrations = {
  '001-telemetry': {
    up: async (database) => {
      await readings(database);
      await records(database);
    },
  },
};

/**
 * Brings the file up to date and closes it again: the thread that uses it needs no query builder. Throws
 * `data_directory_unusable` or `database_corrupt`, each with what to do.
 */
export async function upgradeTelemetry(file: string): Promise<void> {
  const database = openSqlite(file);
  try {
    const lock = new FileLock(file);
    await upgradeSqlite(database, { file, migrations }).finally(() => lock.release());
  } finally {
    database.close();
  }
}

async function readings({ schema }: Database): Promise<void> {
  await schema
    .createTable('series')
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('edge', 'text', (column) => column.notNull())
    .addColumn('sensor', 'text', (column) => column.notNull())
    .addColumn('unit', 'text', (column) => column.notNull())
    .addUniqueConstraint('series_name', ['edge', 'sensor'])
    .execute();
  // One row a commit, see `days/journal.ts`; `notes` is JSON, null where no reading has any.
  await schema
    .createTable('journal')
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('readings', 'blob', (column) => column.notNull())
    .addColumn('notes', 'text')
    .execute();
  await schema
    .createTable('day')
    .addColumn('day', 'integer', (column) => column.primaryKey())
    .addColumn('sealed', 'integer')
    .addColumn('frozen', 'integer')
    .addColumn('open', 'integer')
    .addColumn('minutes', 'integer')
    .addColumn('fives', 'integer')
    .addColumn('hours', 'integer', (column) => column.notNull())
    .addColumn('dropped', 'integer', (column) => column.notNull())
    .addColumn('next', 'integer', (column) => column.notNull())
    .execute();
}

async function records({ schema }: Database): Promise<void> {
  await schema
    .createTable('record')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('json', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('record_place', ['kind', 'key'])
    .execute();
  await schema
    .createTable('alarm_entry')
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('alarm', 'text', (column) => column.notNull())
    .addColumn('json', 'text', (column) => column.notNull())
    .execute();
  await schema.createIndex('alarm_entry_alarm').on('alarm_entry').columns(['alarm', 'number']).execute();
}
