/** Addresses at which other programs post into a room, in a database of the node. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Author, BothyError, type Name, type RoomId, toBase32 } from '@bothy/wire';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { openDatabase } from './sqlite-database.ts';

/** An incoming webhook. Whoever has its secret posts as who made it. */
export interface Webhook {
  /** 20 characters of base32, in its address. */
  readonly id: string;
  readonly room: RoomId;
  /** What its messages begin with, unless they say another name. */
  readonly label: string;
  readonly person: Author;
  readonly personName: Name;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

interface WebhookSchema {
  webhook: {
    id: string;
    secret_hash: Uint8Array;
    room: string;
    label: string;
    person: string;
    person_name: string;
    created_at: number;
  };
}

const webhooks: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .createTable('webhook')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('secret_hash', 'blob', (column) => column.notNull())
      .addColumn('room', 'text', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('person_name', 'text', (column) => column.notNull())
      .addColumn('created_at', 'integer', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('webhook_room').on('webhook').column('room').execute();
  },
};

/** A room has a few: one for each program that posts. */
const maxPerRoom = 20;

export interface WebhooksOptions {
  readonly file: string;
  readonly wallMs: () => number;
}

export class SqliteWebhooks {
  readonly #database: Kysely<WebhookSchema>;
  readonly #wallMs: () => number;

  private constructor(database: Kysely<WebhookSchema>, wallMs: () => number) {
    this.#database = database;
    this.#wallMs = wallMs;
  }

  /** Throws `data_directory_unusable` or `database_corrupt`. */
  static async open({ file, wallMs }: WebhooksOptions): Promise<SqliteWebhooks> {
    const database = await openDatabase<WebhookSchema>({ file, migrations: { '001-webhooks': webhooks } });
    return new SqliteWebhooks(database, wallMs);
  }

  /** The secret is given here and never again: only its hash is kept. Throws `limit_reached`. */
  async add(
    webhook: Omit<Webhook, 'id' | 'createdAt'>,
  ): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
    const { room, label, person, personName } = webhook;
    if ((await this.list(room)).length >= maxPerRoom) {
      const sentence = `A room has at most ${maxPerRoom} webhooks. Delete one that is not used.`;
      throw new BothyError('limit_reached', sentence);
    }
    const id = toBase32(randomBytes(13)).slice(0, 20);
    const secret = toBase32(randomBytes(20));
    const created_at = this.#wallMs();
    await this.#database
      .insertInto('webhook')
      .values({ id, secret_hash: hash(secret), room, label, person, person_name: personName, created_at })
      .execute();
    return { webhook: { ...webhook, id, createdAt: created_at }, secret };
  }

  /** The webhook of this id; undefined when there is none, or the secret is another. */
  async enter(id: string, secret: string): Promise<Webhook | undefined> {
    const query = this.#database.selectFrom('webhook').selectAll().where('id', '=', id);
    const row = await query.executeTakeFirst();
    if (row === undefined || !timingSafeEqual(row.secret_hash, hash(secret))) return undefined;
    return webhookOf(row);
  }

  /** The oldest first. */
  async list(room: RoomId): Promise<Webhook[]> {
    const query = this.#database.selectFrom('webhook').selectAll().where('room', '=', room);
    return (await query.orderBy('created_at').orderBy('id').execute()).map(webhookOf);
  }

  /** Whether there was one. */
  async remove(room: RoomId, id: string): Promise<boolean> {
    const query = this.#database.deleteFrom('webhook').where('room', '=', room).where('id', '=', id);
    return (await query.executeTakeFirst()).numDeletedRows > 0n;
  }

  /** Rooms with webhooks here. */
  async rooms(): Promise<RoomId[]> {
    const rows = await this.#database.selectFrom('webhook').select('room').distinct().execute();
    return rows.map(({ room }) => room);
  }

  /** A room was deleted. */
  async removeRoom(room: RoomId): Promise<void> {
    await this.#database.deleteFrom('webhook').where('room', '=', room).execute();
  }

  async close(): Promise<void> {
    await this.#database.destroy();
  }
}

function webhookOf(row: Omit<WebhookSchema['webhook'], 'secret_hash'>): Webhook {
  const { id, room, label, person, person_name, created_at } = row;
  return { id, room, label, person: person as Author, personName: person_name, createdAt: created_at };
}

function hash(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
