/** Names bound to keys, in the node's database. */
import { createHash } from 'node:crypto';
import {
  type ClaimResult,
  type ClaimTerms,
  claimedAfter,
  type LocalNames,
  mergeRecords,
  type OwnerChange,
  ownerOf,
  releasedRecord,
} from '@bothy/identity';
import { BothyError, type Certificate, type Name, type NameRecord, type PersonId } from '@bothy/wire';
import type { Kysely, Transaction } from 'kysely';
import type { Migration } from 'kysely/migration';
import { openDatabase } from './sqlite-database.ts';
import {
  bucketDigests,
  bucketPage,
  mergeInto,
  type NameRecordSchema,
  nameRecords,
  readRecord,
  replaceRecord,
} from './sqlite-name-records.ts';

interface NodeSchema extends NameRecordSchema {
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

/** As a claim; `invitationRefused` when the name is free and the invitation is used up, expired or unknown. */
export type InvitedClaim = ClaimResult | { readonly kind: 'invitationRefused' };

export interface NameDirectoryOptions {
  readonly file: string;
  readonly wallMs: () => number;
  /** Whether a name that nobody owns may be claimed. */
  readonly open: boolean;
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
      },
    });
    return new SqliteNameDirectory(database, options);
  }

  async claim(certificate: Certificate, terms?: ClaimTerms): Promise<ClaimResult> {
    const { name, person } = certificate;
    const owner = await this.lookup(name);
    if (owner === person) return { kind: 'bound' };
    if (owner !== undefined) return { kind: 'taken', by: owner };
    if (!this.#options.open) return { kind: 'closed' };
    if (await this.#bind(this.#database, certificate, terms)) return { kind: 'bound' };
    // Another claim came between: who is in the table is the owner.
    return await this.claim(certificate, terms);
  }

  /** False when another claim came between. */
  async #bind(
    database: Kysely<NodeSchema> | Transaction<NodeSchema>,
    { name, person }: Certificate,
    terms: ClaimTerms | undefined,
  ): Promise<boolean> {
    const known = await readRecord(database, name);
    if (ownerOf(known) !== undefined) return false;
    const record = known ?? { name, claims: [] };
    const at = claimedAfter(record, { ms: this.#options.wallMs(), counter: 0 });
    const claim = { person, ...(terms ?? { claimed: { at, node: '' }, sure: true }) };
    return await replaceRecord(database, known, mergeRecords(record, { name, claims: [claim] }));
  }

  async invite({ code, uses, expiresAt }: Invitation): Promise<void> {
    const now = this.#options.wallMs();
    await this.#database.deleteFrom('invitation').where('expires_at', '<=', now).execute();
    const row = { hash: hashCode(code), uses_left: uses, expires_at: expiresAt };
    await this.#database.insertInto('invitation').values(row).execute();
  }

  /** Claims a free name with an invitation, of which this is one use; whoever owns the name already uses none. */
  async claimInvited(certificate: Certificate, code: string, terms?: ClaimTerms): Promise<InvitedClaim> {
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
      if (await this.#bind(transaction, certificate, terms)) return { kind: 'bound' };
      // A claim that came between: what is thrown gives the use back.
      throw new BothyError('name_taken', `The name ${name} belongs to somebody else here. Choose another.`);
    });
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

  async release(name: Name): Promise<boolean> {
    const known = await readRecord(this.#database, name);
    if (known === undefined || ownerOf(known) === undefined) return false;
    // It stays, or a node that was away would bring the old claim back.
    const released = releasedRecord(known, { ms: this.#options.wallMs(), counter: 0 });
    return (await replaceRecord(this.#database, known, released)) || (await this.release(name));
  }

  async record(name: Name): Promise<NameRecord | undefined> {
    return await readRecord(this.#database, name);
  }

  async merge(records: readonly NameRecord[]): Promise<readonly OwnerChange[]> {
    return await mergeInto(this.#database, records);
  }

  async digests(): Promise<readonly string[]> {
    return await bucketDigests(this.#database);
  }

  async bucket(bucket: number, after: Name | '', limit: number): Promise<readonly NameRecord[]> {
    return await bucketPage(this.#database, bucket, after, limit);
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
