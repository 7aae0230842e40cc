/** Names bound to keys, in the node's database. */
import type { ClaimResult, NameDirectory } from '@bothy/identity';
import type { Certificate, Name, PersonId } from '@bothy/wire';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { openDatabase } from './sqlite-database.ts';

interface NodeSchema {
  name: { name: string; person: string; claimed_at: number };
}

const names: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .createTable('name')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('claimed_at', 'integer', (column) => column.notNull())
      .execute();
  },
};

export interface NameDirectoryOptions {
  readonly file: string;
  readonly wallMs: () => number;
  /** Whether a name that nobody owns may be claimed. */
  readonly open: boolean;
}

export class SqliteNameDirectory implements NameDirectory {
  readonly #database: Kysely<NodeSchema>;
  readonly #options: NameDirectoryOptions;

  private constructor(database: Kysely<NodeSchema>, options: NameDirectoryOptions) {
    this.#database = database;
    this.#options = options;
  }

  static async open(options: NameDirectoryOptions): Promise<SqliteNameDirectory> {
    const database = await openDatabase<NodeSchema>({
      file: options.file,
      migrations: { '001-names': names },
    });
    return new SqliteNameDirectory(database, options);
  }

  async claim(certificate: Certificate): Promise<ClaimResult> {
    const { name, person } = certificate;
    const owner = await this.lookup(name);
    if (owner === person) return { kind: 'bound' };
    if (owner !== undefined) return { kind: 'taken', by: owner };
    if (!this.#options.open) return { kind: 'closed' };
    const claimed_at = this.#options.wallMs();
    const inserted = await this.#database
      .insertInto('name')
      .values({ name, person, claimed_at })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 1n) return { kind: 'bound' };
    // Another claim came between: who is in the table is the owner.
    return await this.claim(certificate);
  }

  async lookup(name: Name): Promise<PersonId | undefined> {
    const query = this.#database.selectFrom('name').select('person').where('name', '=', name);
    return (await query.executeTakeFirst())?.person;
  }

  async release(name: Name): Promise<boolean> {
    const result = await this.#database.deleteFrom('name').where('name', '=', name).executeTakeFirst();
    return result.numDeletedRows > 0n;
  }

  async close(): Promise<void> {
    await this.#database.destroy();
  }
}
