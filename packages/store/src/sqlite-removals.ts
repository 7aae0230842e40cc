/** Persons that operators remove, with how far each removal is, in a database of the node. */
import type { SagaRecord } from '@bothy/protocols';
import type { Name, PersonId, RoomId } from '@bothy/wire';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { openDatabase } from './sqlite-database.ts';

/** Who is removed, and who wanted it. Never changes. */
export interface Removal {
  /** Names it for ever. */
  readonly id: string;
  readonly name: Name;
  readonly person: PersonId;
  readonly byName: Name;
  readonly byPerson: PersonId;
  /** Unix milliseconds. */
  readonly begunAt: number;
  /** Whether their key is not kept out: where the registration is open they may come back. */
  readonly mayReturn: boolean;
}

interface RemovalSchema {
  removal: {
    id: string;
    name: string;
    person: string;
    by_name: string;
    by_person: string;
    begun_at: number;
    may_return: number;
    /** A `SagaRecord` as JSON; null from the moment at which it was asked for to its first record. */
    record: string | null;
  };
  removal_room: { removal: string; room: string };
}

const removals: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .createTable('removal')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('by_name', 'text', (column) => column.notNull())
      .addColumn('by_person', 'text', (column) => column.notNull())
      .addColumn('begun_at', 'integer', (column) => column.notNull())
      .addColumn('record', 'text')
      .execute();
    // Rooms that the person is banned from by it, so that no older ban is lifted with it.
    await database.schema
      .createTable('removal_room')
      .addColumn('removal', 'text', (column) => column.notNull())
      .addColumn('room', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('removal_room_pair', ['removal', 'room'])
      .execute();
  },
};

/** No key was kept out by those of before. */
const mayReturn: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .alterTable('removal')
      .addColumn('may_return', 'integer', (column) => column.notNull().defaultTo(1))
      .execute();
  },
};

export class SqliteRemovals {
  readonly #database: Kysely<RemovalSchema>;

  private constructor(database: Kysely<RemovalSchema>) {
    this.#database = database;
  }

  /** Throws `data_directory_unusable` or `database_corrupt`. */
  static async open({ file }: { readonly file: string }): Promise<SqliteRemovals> {
    const migrations = { '001-removals': removals, '002-may-return': mayReturn };
    return new SqliteRemovals(await openDatabase<RemovalSchema>({ file, migrations }));
  }

  /** The oldest first. */
  async load(): Promise<readonly { readonly removal: Removal; readonly record: SagaRecord | undefined }[]> {
    const rows = await this.#database
      .selectFrom('removal')
      .selectAll()
      .orderBy('begun_at')
      .orderBy('id')
      .execute();
    return rows.map(({ id, name, person, record, ...row }) => ({
      removal: {
        ...{ id, name, person, byName: row.by_name, byPerson: row.by_person, begunAt: row.begun_at },
        mayReturn: row.may_return === 1,
      },
      // Written below, by this class alone.
      record: record === null ? undefined : (JSON.parse(record) as SagaRecord),
    }));
  }

  async add({ id, name, person, byName, byPerson, begunAt, mayReturn }: Removal): Promise<void> {
    const by = { by_name: byName, by_person: byPerson, may_return: Number(mayReturn) };
    await this.#database
      .insertInto('removal')
      .values({ id, name, person, ...by, begun_at: begunAt, record: null })
      .execute();
  }

  async put(record: SagaRecord): Promise<void> {
    const update = this.#database.updateTable('removal').set({ record: JSON.stringify(record) });
    await update.where('id', '=', record.saga).execute();
  }

  async remove(id: string): Promise<void> {
    await this.#database.deleteFrom('removal_room').where('removal', '=', id).execute();
    await this.#database.deleteFrom('removal').where('id', '=', id).execute();
  }

  /** To be called before the person is banned. */
  async addRoom(removal: string, room: RoomId): Promise<void> {
    const insert = this.#database.insertInto('removal_room').values({ removal, room });
    await insert.onConflict((conflict) => conflict.doNothing()).execute();
  }

  async rooms(removal: string): Promise<readonly RoomId[]> {
    const query = this.#database.selectFrom('removal_room').select('room').where('removal', '=', removal);
    return (await query.orderBy('room').execute()).map(({ room }) => room);
  }

  async close(): Promise<void> {
    await this.#database.destroy();
  }
}
