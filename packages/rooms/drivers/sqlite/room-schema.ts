/** The tables of rooms, by Kysely's schema builder, which writes them for every engine. */
import { type Migrations, upgradeSqlite } from '@bothy/store';
import { FileLock } from '@bothy/store/file-lock';
import { openSqlite } from '@bothy/store/sqlite-file';

type Database = Parameters<Migrations[string]['up']>[0];

const migrations: Migrations = {
  '001-rooms': {
    up: async (database) => {
      await logs(database);
      await aroundLogs(database);
      await cluster(database);
    },
  },
  '002-intents': {
    up: async ({ schema }) => {
      await schema
        .createTable('intent')
        .addColumn('room', 'text', (column) => column.primaryKey())
        .addColumn('intent', 'text', (column) => column.notNull())
        .addColumn('epoch', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
};

/**
 * Brings the file up to date and closes it again: the thread that uses it needs no query builder, which takes more
 * memory than all else there. Throws `data_directory_unusable` or `database_corrupt`, each with what to do.
 */
export async function upgradeRooms(file: string): Promise<void> {
  const database = openSqlite(file);
  try {
    const lock = new FileLock(file);
    await upgradeSqlite(database, { file, migrations }).finally(() => lock.release());
  } finally {
    database.close();
  }
}

async function logs({ schema }: Database): Promise<void> {
  await schema
    .createTable('room')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('visibility', 'text', (column) => column.notNull())
    .addColumn('administrator', 'text', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('base', 'bigint', (column) => column.notNull())
    .addColumn('last_seq', 'bigint', (column) => column.notNull())
    .addColumn('member_count', 'integer', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    // Which entries are its own: a number that no other log has, and that changes when the log starts anew.
    .addColumn('log', 'bigint', (column) => column.notNull().unique())
    // A JSON array of seq.
    .addColumn('pinned', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('entry')
    .addColumn('log', 'bigint', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('sent_at', 'bigint', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    // Of an edit, the seq of what it edits.
    .addColumn('edits', 'bigint')
    // `RoomContent` as JSON.
    .addColumn('content', 'text', (column) => column.notNull())
    // Kept as a table in order of arrival: in order of (log, seq), every append would rewrite a page of its room.
    .addPrimaryKeyConstraint('entry_place', ['log', 'seq'])
    .addUniqueConstraint('entry_key', ['log', 'author', 'key'])
    .execute();
  await schema
    .createIndex('entry_edits')
    .on('entry')
    .columns(['log', 'edits'])
    .where('edits', 'is not', null)
    .execute();
  // Logs that no room has any more; their entries go little by little, for a long one would hold up everybody.
  await schema
    .createTable('discarded')
    .addColumn('log', 'bigint', (column) => column.primaryKey())
    .execute();
}

async function aroundLogs({ schema }: Database): Promise<void> {
  await schema
    .createTable('epoch')
    .addColumn('room', 'text', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('first_seq', 'bigint', (column) => column.notNull())
    .addColumn('administrator', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('epoch_place', ['room', 'epoch'])
    .execute();
  await schema
    .createTable('member')
    .addColumn('room', 'text', (column) => column.notNull())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('verified', 'integer', (column) => column.notNull())
    .addColumn('standing', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('read', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('member_place', ['room', 'person'])
    .execute();
  await schema
    .createTable('tombstone')
    // Without gaps, in order of deletion: the lowest are forgotten first.
    .addColumn('number', 'bigint', (column) => column.primaryKey())
    .addColumn('room', 'text', (column) => column.notNull().unique())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .execute();
}

async function cluster({ schema }: Database): Promise<void> {
  await schema
    .createTable('commit_record')
    .addColumn('transaction_id', 'text', (column) => column.primaryKey())
    // `CommitRecord` as JSON.
    .addColumn('record', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('node')
    .addColumn('id', 'text', (column) => column.primaryKey())
    // `NodeInfo` as JSON.
    .addColumn('info', 'text', (column) => column.notNull())
    .execute();
  // One row from the first commit on, whatever was deleted since.
  await schema
    .createTable('started')
    .addColumn('once', 'integer', (column) => column.primaryKey())
    .execute();
}
