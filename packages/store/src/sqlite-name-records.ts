/**
 * What is known of each name on all nodes, beside the names of this one: every claim, and when it was released last. The
 * table `name` says whose a name is; a trigger keeps it to the records, so that one statement changes both, and two
 * processes that share the file need no transaction that waits between its statements.
 */
import { createHash } from 'node:crypto';
import { mergeRecords, type OwnerChange, ownerOf, recordText } from '@bothy/identity';
import { type Name, type NameRecord, nameBuckets } from '@bothy/wire';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface NameRecordSchema {
  name: { name: string; person: string; claimed_at: number };
  name_record: { name: string; bucket: number; record: string };
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
      await replaceRecord(typed, undefined, { name, claims: [{ person, claimed, sure: true }] });
    }
  },
};

type Queries = Kysely<NameRecordSchema> | Transaction<NameRecordSchema>;

export async function readRecord(database: Queries, name: Name): Promise<NameRecord | undefined> {
  const query = database.selectFrom('name_record').select('record').where('name', '=', name);
  const row = await query.executeTakeFirst();
  return row && asRecord(row.record);
}

/** Puts a record in the place of the one that it was made from. False when that is no longer there. */
export async function replaceRecord(
  database: Queries,
  known: NameRecord | undefined,
  record: NameRecord,
): Promise<boolean> {
  const { name } = record;
  const row = { name, bucket: bucketOf(name), record: asText(record) };
  const insert = database.insertInto('name_record').values(row);
  const result = await insert
    .onConflict((conflict) =>
      known === undefined
        ? conflict.doNothing()
        : conflict
            .column('name')
            .doUpdateSet({ record: row.record })
            .where('name_record.record', '=', asText(known)),
    )
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Merges what other nodes know; all of it or nothing. What changed owner. */
export async function mergeInto(
  database: Kysely<NameRecordSchema>,
  records: readonly NameRecord[],
): Promise<OwnerChange[]> {
  return await database.transaction().execute(async (transaction) => {
    const changes: OwnerChange[] = [];
    for (const record of records) {
      const { name } = record;
      const known = await readRecord(transaction, name);
      const merged = mergeRecords(known ?? { name, claims: [] }, record);
      if (known !== undefined && recordText(known) === recordText(merged)) continue;
      // Nothing comes between within a transaction.
      await replaceRecord(transaction, known, merged);
      const [before, after] = [ownerOf(known), ownerOf(merged)];
      if (before !== after) changes.push({ name, before, after });
    }
    return changes;
  });
}

export async function bucketDigests(database: Queries): Promise<string[]> {
  const hashes = Array.from({ length: nameBuckets }, () => createHash('sha256'));
  const rows = database.selectFrom('name_record').selectAll().orderBy('name').stream();
  for await (const { bucket, record } of rows) hashes[bucket]?.update(`${recordText(asRecord(record))}\n`);
  return hashes.map((hash) => hash.digest('base64url'));
}

export async function bucketPage(
  database: Queries,
  bucket: number,
  after: Name | '',
  limit: number,
): Promise<NameRecord[]> {
  const query = database.selectFrom('name_record').select('record').where('bucket', '=', bucket);
  const rows = await query.where('name', '>', after).orderBy('name').limit(limit).execute();
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

/** It was written by `replaceRecord`, of what was checked when it came. */
function asRecord(text: string): NameRecord {
  return JSON.parse(text) as NameRecord;
}

function bucketOf(name: Name): number {
  return createHash('sha256').update(name).digest().readUInt8(0) % nameBuckets;
}
