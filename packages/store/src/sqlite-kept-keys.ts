/** Keys that are kept out, as far as this node has heard: known from the first moment of a start, without any other node. */
import { type KeptKey, keyHoldsOver } from '@bothy/wire';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface KeptKeySchema {
  kept_key: { person: string; record: string };
}

export const keptKeys: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .createTable('kept_key')
      .addColumn('person', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .execute();
  },
};

export async function readKeys(database: Kysely<KeptKeySchema>): Promise<KeptKey[]> {
  const rows = await database.selectFrom('kept_key').select('record').orderBy('person').execute();
  // Written below, of what was checked when it came.
  return rows.map(({ record }) => JSON.parse(record) as KeptKey);
}

/** All of it or nothing. Of two records of a key the one stays that holds. */
export async function mergeKeys(database: Kysely<KeptKeySchema>, keys: readonly KeptKey[]): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    for (const key of keys) {
      const of = transaction.selectFrom('kept_key').select('record').where('person', '=', key.person);
      const row = await of.executeTakeFirst();
      if (row !== undefined && !keyHoldsOver(key, JSON.parse(row.record) as KeptKey)) continue;
      const record = JSON.stringify(key);
      await transaction
        .insertInto('kept_key')
        .values({ person: key.person, record })
        .onConflict((conflict) => conflict.column('person').doUpdateSet({ record }))
        .execute();
    }
  });
}
