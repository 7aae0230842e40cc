/** Names and kept keys, as this node has applied what the cluster's directory says; invitations and operators are its own. */
import { createHash } from 'node:crypto';
import type { Admission, ClaimResult, LocalNames, OwnerChange } from '@bothy/identity';
import type { KeptKey, Name, NameRecord, PersonId } from '@bothy/wire';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { openDatabase } from './sqlite-database.ts';
import { type KeptKeySchema, keptKeys, mergeKeys, readKeys } from './sqlite-kept-keys.ts';
import {
  mergeInto,
  type NameRecordSchema,
  nameRecords,
  noBuckets,
  readRecord,
  recordsAfter,
} from './sqlite-name-records.ts';

interface NodeSchema extends NameRecordSchema, KeptKeySchema {
  invitation: { hash: string; uses_left: number; expires_at: number };
  operator: { person: string; since: number };
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

const operators: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .createTable('operator')
      .addColumn('person', 'text', (column) => column.primaryKey())
      .addColumn('since', 'integer', (column) => column.notNull())
      .execute();
  },
};

/** A name, and whose it is. */
export interface OwnedName {
  readonly name: Name;
  readonly person: PersonId;
  /** Unix milliseconds. */
  readonly claimedAt: number;
  readonly operator: boolean;
}

export interface Invitation {
  /** Random; only its hash is kept. */
  readonly code: string;
  /** How many names may be claimed with it. */
  readonly uses: number;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** The name is free, and the invitation is used up, expired or unknown. */
export interface InvitationRefused {
  readonly kind: 'invitationRefused';
}

export type InvitedClaim = ClaimResult | InvitationRefused;

export interface NameDirectoryOptions {
  readonly file: string;
  readonly wallMs: () => number;
}

export class SqliteNameDirectory implements LocalNames {
  readonly #database: Kysely<NodeSchema>;
  readonly #options: NameDirectoryOptions;

  private constructor(database: Kysely<NodeSchema>, options: NameDirectoryOptions) {
    this.#database = database;
    this.#options = options;
  }

  static async open(options: NameDirectoryOptions): Promise<SqliteNameDirectory> {
    const database = await openDatabase<NodeSchema>({
      file: options.file,
      migrations: {
        '001-names': names,
        '002-invitations': invitations,
        '003-operators': operators,
        '004-name-records': nameRecords,
        '005-no-buckets': noBuckets,
        '006-kept-keys': keptKeys,
      },
    });
    return new SqliteNameDirectory(database, options);
  }

  async invite({ code, uses, expiresAt }: Invitation): Promise<void> {
    const now = this.#options.wallMs();
    await this.#database.deleteFrom('invitation').where('expires_at', '<=', now).execute();
    const row = { hash: hashCode(code), uses_left: uses, expires_at: expiresAt };
    await this.#database.insertInto('invitation').values(row).execute();
  }

  /** One use of an invitation, for a name that is free. */
  invitation(code: string): Admission<InvitationRefused> {
    const hash = hashCode(code);
    const ofIt = () => this.#database.updateTable('invitation').where('hash', '=', hash);
    return {
      take: async () => {
        const used = await ofIt()
          .set((row) => ({ uses_left: row('uses_left', '-', 1) }))
          .where('uses_left', '>', 0)
          .where('expires_at', '>', this.#options.wallMs())
          .executeTakeFirst();
        return used.numUpdatedRows === 0n ? { kind: 'invitationRefused' } : undefined;
      },
      giveBack: async () => {
        await ofIt()
          .set((row) => ({ uses_left: row('uses_left', '+', 1) }))
          .execute();
      },
    };
  }

  async lookup(name: Name): Promise<PersonId | undefined> {
    const query = this.#database.selectFrom('name').select('person').where('name', '=', name);
    return (await query.executeTakeFirst())?.person;
  }

  /** The name of a person; the first in their order where there are several. */
  async nameOf(person: PersonId): Promise<Name | undefined> {
    const query = this.#database
      .selectFrom('name')
      .select('name')
      .where('person', '=', person)
      .orderBy('name');
    return (await query.executeTakeFirst())?.name;
  }

  async record(name: Name): Promise<NameRecord | undefined> {
    return await readRecord(this.#database, name);
  }

  async merge(records: readonly NameRecord[]): Promise<readonly OwnerChange[]> {
    return await mergeInto(this.#database, records);
  }

  async page(after: Name | '', limit: number): Promise<readonly NameRecord[]> {
    return await recordsAfter(this.#database, after, limit);
  }

  /** In the order of persons. */
  async keptKeys(): Promise<readonly KeptKey[]> {
    return await readKeys(this.#database);
  }

  /** Takes in what the directory knows, durably. */
  async mergeKeptKeys(keys: readonly KeptKey[]): Promise<void> {
    await mergeKeys(this.#database, keys);
  }

  /** Names in their order, at most `limit` of those behind `after`. */
  async list({ after = '', limit }: { after?: Name | undefined; limit: number }): Promise<OwnedName[]> {
    const rows = await this.#database
      .selectFrom('name')
      .leftJoin('operator', 'operator.person', 'name.person')
      .select(['name.name', 'name.person', 'name.claimed_at', 'operator.since'])
      .where('name.name', '>', after)
      .orderBy('name.name')
      .limit(limit)
      .execute();
    return rows.map(({ name, person, claimed_at, since }) => {
      return { name, person, claimedAt: claimed_at, operator: since !== null };
    });
  }

  async isOperator(person: PersonId): Promise<boolean> {
    const query = this.#database.selectFrom('operator').select('since').where('person', '=', person);
    return (await query.executeTakeFirst()) !== undefined;
  }

  /** Makes this person the operator of a node that has none. Whether they are one now. */
  async becomeFirstOperator(person: PersonId): Promise<boolean> {
    const since = this.#options.wallMs();
    // One statement, so that of two who come at once one is the first, whichever process they come to.
    const ifNobodyIs = this.#database
      .selectNoFrom(({ val }) => [val(person).as('person'), val(since).as('since')])
      .where(({ not, exists, selectFrom }) => not(exists(selectFrom('operator').select('person'))));
    await this.#database.insertInto('operator').columns(['person', 'since']).expression(ifNobodyIs).execute();
    return await this.isOperator(person);
  }

  /** Makes this person an operator beside those that there are. */
  async addOperator(person: PersonId): Promise<void> {
    const since = this.#options.wallMs();
    await this.#database
      .insertInto('operator')
      .values({ person, since })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** False when they were none. Where nobody is left, the next who opens the node from its machine is the first. */
  async removeOperator(person: PersonId): Promise<boolean> {
    const result = await this.#database
      .deleteFrom('operator')
      .where('person', '=', person)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  }

  /** Those who operate this node, and the names that they have now. */
  async operators(): Promise<{ readonly person: PersonId; readonly names: readonly Name[] }[]> {
    const rows = await this.#database
      .selectFrom('operator')
      .leftJoin('name', 'name.person', 'operator.person')
      .select(['operator.person', 'name.name'])
      .orderBy('operator.since')
      .execute();
    const byPerson = Map.groupBy(rows, ({ person }) => person);
    return [...byPerson].map(([person, each]) => ({ person, names: each.flatMap(({ name }) => name ?? []) }));
  }

  async close(): Promise<void> {
    await this.#database.destroy();
  }
}

function hashCode(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
