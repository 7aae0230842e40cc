/** Names bound to keys, in the node's database. */
import { createHash } from 'node:crypto';
import type { ClaimResult, NameDirectory } from '@bothy/identity';
import type { Certificate, Name, PersonId } from '@bothy/wire';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { openDatabase } from './sqlite-database.ts';

interface NodeSchema {
  invitation: { hash: string; uses_left: number; expires_at: number };
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

const invitations: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .createTable('invitation')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('uses_left', 'integer', (column) => column.notNull())
      .addColumn('expires_at', 'integer', (column) => column.notNull())
      .execute();
  },
};

export interface Invitation {
  /** Random; only its hash is kept. */
  readonly code: string;
  /** How many names may be claimed with it. */
  readonly uses: number;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** As a claim; `invitationRefused` when the name is free and the invitation is used up, expired or unknown. */
export type InvitedClaim = ClaimResult | { readonly kind: 'invitationRefused' };

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
      migrations: { '001-names': names, '002-invitations': invitations },
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

  async invite({ code, uses, expiresAt }: Invitation): Promise<void> {
    const now = this.#options.wallMs();
    await this.#database.deleteFrom('invitation').where('expires_at', '<=', now).execute();
    const row = { hash: hashCode(code), uses_left: uses, expires_at: expiresAt };
    await this.#database.insertInto('invitation').values(row).execute();
  }

  /** Claims a free name with an invitation, of which this is one use; whoever owns the name already uses none. */
  async claimInvited(certificate: Certificate, code: string): Promise<InvitedClaim> {
    const { name, person } = certificate;
    const owner = await this.lookup(name);
    if (owner === person) return { kind: 'bound' };
    if (owner !== undefined) return { kind: 'taken', by: owner };
    const now = this.#options.wallMs();
    // Both or neither: a name that was lost to another claim costs no use.
    return await this.#database.transaction().execute(async (transaction) => {
      const used = await transaction
        .updateTable('invitation')
        .set((row) => ({ uses_left: row('uses_left', '-', 1) }))
        .where('hash', '=', hashCode(code))
        .where('uses_left', '>', 0)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      if (used.numUpdatedRows === 0n) return { kind: 'invitationRefused' };
      // A claim that came between makes this throw, which gives the use back.
      await transaction.insertInto('name').values({ name, person, claimed_at: now }).execute();
      return { kind: 'bound' };
    });
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

function hashCode(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
