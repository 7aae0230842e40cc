/**
 * What is known of each name: every claim, and when it was released last. The
 * table `name` says whose a name is; a trigger keeps it to the records, so that one statement changes both, and two
 * processes that share the file need no transaction that waits between its statements.
 */
import type { OwnerChange } from '@bothy/identity';
import { mergeRecords, type Name, type NameRecord, ownerOf, recordText } from '@bothy/wire';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface NameRecordSchema {
  name: { name: string; person: string; claimed_at: number };
  name_record: { name: string; record: string };
}

/** Names of earlier versions become claims that no other node can have known of. */
export const nameRecords: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .createTable('name_record')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('bucket', 'integer', (column) => column.notNull())
      .addColumn('record', 'text', (column) => column.notNull())
      .execute();
    await database.schema
      .createIndex('name_record_bucket')
      .on('name_record')
      .columns(['bucket', 'name'])
      .execute();
    for (const event of ['insert', 'update']) {
      await sql`
        create trigger ${sql.ref(`name_follows_${event}`)} after ${sql.raw(event)} on name_record begin
          delete from name where name = new.name;
          insert into name (name, person, claimed_at)
            select new.name, claim ->> '$.person', claim ->> '$.claimed.at.ms'
            from (select new.record -> '$.claims[0]' as claim) where claim is not null;
        end`.execute(database);
    }
    const typed = database as Kysely<NameRecordSchema>;
    const rows = await typed.selectFrom('name').selectAll().execute();
    for (const { name, person, claimed_at } of rows) {
      const claimed = { at: { ms: claimed_at, counter: 0 }, node: '' };
      const record = asText({ name, claims: [{ person, claimed, sure: true }] });
      await sql`insert into name_record (name, bucket, record) values (${name}, 0, ${record})`.execute(
        database,
      );
    }
  },
};

/** Nodes compared buckets of names before they had one directory. */
export const noBuckets: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema.dropIndex('name_record_bucket').execute();
    await database.schema.alterTable('name_record').dropColumn('bucket').execute();
  },
};

type Queries = Kysely<NameRecordSchema> | Transaction<NameRecordSchema>;

export async function readRecord(database: Queries, name: Name): Promise<NameRecord | undefined> {
  const query = database.selectFrom('name_record').select('record').where('name', '=', name);
  const row = await query.executeTakeFirst();
  return row && asRecord(row.record);
}

/** Merges what the directory knows; all of it or nothing. What changed owner. */
export async function mergeInto(
  database: Kysely<NameRecordSchema>,
  records: readonly NameRecord[],
): Promise<OwnerChange[]> {
  return await database.transaction().execute(async (transaction) => {
    const changes: OwnerChange[] = [];
    const names = records.map(({ name }) => name);
    const rows = await transaction.selectFrom('name_record').selectAll().where('name', 'in', names).execute();
    const stored = new Map(rows.map(({ name, record }) => [name, asRecord(record)]));
    for (const record of records) {
      const { name } = record;
      const known = stored.get(name);
      const merged = mergeRecords(known ?? { name, claims: [] }, record);
      if (known !== undefined && recordText(known) === recordText(merged)) continue;
      await putRecord(transaction, merged);
      stored.set(name, merged);
      const [before, after] = [ownerOf(known), ownerOf(merged)];
      if (before !== after) changes.push({ name, before, after });
    }
    return changes;
  });
}

async function putRecord(database: Queries, record: NameRecord): Promise<void> {
  const row = { name: record.name, record: asText(record) };
  await database
    .insertInto('name_record')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ record: row.record }))
    .execute();
}

export async function recordsAfter(
  database: Queries,
  after: Name | '',
  limit: number,
): Promise<NameRecord[]> {
  const query = database.selectFrom('name_record').select('record').where('name', '>', after);
  const rows = await query.orderBy('name').limit(limit).execute();
  return rows.map(({ record }) => asRecord(record));
}

/** Its members in one order, so that equal records are equal texts. */
function asText({ name, claims, released }: NameRecord): string {
  const ordered = claims.map(({ person, claimed: { at, node }, sure }) => {
    return { person, claimed: { at: { ms: at.ms, counter: at.counter }, node }, sure };
  });
  return JSON.stringify({
    name,
    claims: ordered,
    released: released && { ms: released.ms, counter: released.counter },
  });
}

/** It was written by `putRecord`, of what was checked when it came. */
function asRecord(text: string): NameRecord {
  return JSON.parse(text) as NameRecord;
}
