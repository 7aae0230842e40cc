import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from './index.ts';

interface Schema {
  note: { id: number; text: string };
}

const first: Migration = {
  up: async (database) => {
    await database.schema
      .createTable('note')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('text', 'text', (column) => column.notNull())
      .execute();
  },
};
const migrations = { '001-note': first };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bothy-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what was committed is there after closing and opening again', async () => {
  const file = join(folder, 'deep', 'a.sqlite');
  const before = await openDatabase<Schema>({ file, migrations });
  await before.insertInto('note').values({ id: 1, text: 'kept' }).execute();
  await before.destroy();
  const after = await openDatabase<Schema>({ file, migrations });
  expect(await after.selectFrom('note').selectAll().execute()).toEqual([{ id: 1, text: 'kept' }]);
  await after.destroy();
});

test('a transaction that fails leaves nothing', async () => {
  const database = await openDatabase<Schema>({ file: ':memory:', migrations });
  const failing = database.transaction().execute(async (transaction) => {
    await transaction.insertInto('note').values({ id: 1, text: 'gone' }).execute();
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await database.selectFrom('note').selectAll().execute()).toEqual([]);
  await database.destroy();
});

test('a damaged file is told as such, with what to do', async () => {
  const file = join(folder, 'a.sqlite');
  writeFileSync(file, 'this is no database, and long enough to be told apart from an empty one'.repeat(20));
  const opening = openDatabase<Schema>({ file, migrations });
  await expect(opening).rejects.toMatchObject({
    code: 'database_corrupt',
    message: expect.stringContaining(file),
  });
});

test('a folder that cannot be made is told as such', async () => {
  writeFileSync(join(folder, 'file'), '');
  const opening = openDatabase<Schema>({ file: join(folder, 'file', 'a.sqlite'), migrations });
  await expect(opening).rejects.toMatchObject({ code: 'data_directory_unusable' });
});

test('a database of a newer version is not touched', async () => {
  const file = join(folder, 'a.sqlite');
  const newer = await openDatabase<Schema>({
    file,
    migrations: { ...migrations, '002-later': { up: async () => {} } },
  });
  await newer.destroy();
  await expect(openDatabase<Schema>({ file, migrations })).rejects.toMatchObject({
    code: 'database_corrupt',
  });
});

test('a migration that fails leaves the schema as it was', async () => {
  const file = join(folder, 'a.sqlite');
  const halfway: Migration = {
    up: async (database) => {
      await database.schema.createTable('half').addColumn('id', 'integer').execute();
      throw new Error('no');
    },
  };
  const failing = openDatabase<Schema>({ file, migrations: { ...migrations, '002-half': halfway } });
  await expect(failing).rejects.toMatchObject({ code: 'storage_failed' });
  const after = await openDatabase<Schema>({ file, migrations });
  const tables = (await after.introspection.getTables()).map(({ name }) => name);
  expect(tables).toContain('note');
  expect(tables).not.toContain('half');
  await after.destroy();
});

test('migrations run once each, in the order of their names', async () => {
  const file = join(folder, 'a.sqlite');
  const ran: string[] = [];
  const noting = (name: string): Migration => ({
    up: async () => {
      ran.push(name);
    },
  });
  const later = { '003-c': noting('c'), '002-b': noting('b') };
  for (const known of [migrations, { ...later, ...migrations }, { ...later, ...migrations }]) {
    await (await openDatabase<Schema>({ file, migrations: known })).destroy();
  }
  expect(ran).toEqual(['b', 'c']);
});

test('what is committed is on the disk: WAL, every commit synced, foreign keys enforced', async () => {
  const database = await openDatabase<Schema>({ file: join(folder, 'a.sqlite'), migrations });
  const pragma = async (name: string): Promise<unknown> => {
    const { rows } = await sql.raw<Record<string, unknown>>(`PRAGMA ${name}`).execute(database);
    return Object.values(rows[0] ?? {})[0];
  };
  expect(await pragma('journal_mode')).toBe('wal');
  // 2 is FULL.
  expect(await pragma('synchronous')).toBe(2);
  expect(await pragma('foreign_keys')).toBe(1);
  await database.destroy();
});
