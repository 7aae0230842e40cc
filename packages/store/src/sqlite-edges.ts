/**
 * Edges that may sign in, in a database of the node: one-time codes, and of each enrolled edge the hash of its secret.
 * What is asked for every message is in memory; an enrolment is written before it counts.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  BothyError,
  type EdgeEnrolment,
  type EdgeId,
  edgeSecretPrefix,
  isLaterEnrolment,
  toBase32,
} from '@bothy/wire';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { openDatabase } from './sqlite-database.ts';

interface EdgesSchema {
  enrolment: { edge: string; hash: string | null; at: number; by: string };
  /** `edge` names the one that it is for; null for whichever comes. */
  code: { hash: string; edge: string | null; expires_at: number };
}

const edges: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .createTable('enrolment')
      .addColumn('edge', 'text', (column) => column.primaryKey())
      .addColumn('hash', 'text')
      .addColumn('at', 'integer', (column) => column.notNull())
      .addColumn('by', 'text', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('code')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('edge', 'text')
      .addColumn('expires_at', 'integer', (column) => column.notNull())
      .execute();
  },
};

/** Enrolments that were taken back count too: they have to be remembered. */
const maxEdges = 20_000;
const maxCodes = 200;

export interface EdgesOptions {
  readonly file: string;
  /** The node that enrols. */
  readonly node: string;
  readonly wallMs: () => number;
}

export type Enrolled =
  | { readonly ok: true; readonly secret: string; readonly enrolment: EdgeEnrolment }
  /** `codeRefused`: unknown, used, expired, or for another edge. `taken`: enrolled already, and the code does not name it. */
  | { readonly ok: false; readonly why: 'codeRefused' | 'taken' };

export class SqliteEdges {
  readonly #database: Kysely<EdgesSchema>;
  readonly #options: EdgesOptions;
  readonly #enrolments = new Map<EdgeId, EdgeEnrolment>();

  private constructor(database: Kysely<EdgesSchema>, options: EdgesOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Throws `data_directory_unusable` or `database_corrupt`. */
  static async open(options: EdgesOptions): Promise<SqliteEdges> {
    const { file } = options;
    const database = await openDatabase<EdgesSchema>({ file, migrations: { '001-edges': edges } });
    const opened = new SqliteEdges(database, options);
    for (const { edge, hash, at, by } of await database.selectFrom('enrolment').selectAll().execute()) {
      opened.#enrolments.set(edge, { v: 1, edge, hash, atMs: at, by });
    }
    return opened;
  }

  /** All that are known, those taken back as well: for other nodes. */
  get enrolments(): readonly EdgeEnrolment[] {
    return [...this.#enrolments.values()];
  }

  isEnrolled(edge: EdgeId): boolean {
    return (this.#enrolments.get(edge)?.hash ?? null) !== null;
  }

  /** Whether this is the secret of this edge. */
  verify(edge: EdgeId, secret: string): boolean {
    const known = this.#enrolments.get(edge)?.hash ?? null;
    if (known === null) return false;
    return timingSafeEqual(Buffer.from(known), Buffer.from(hashOf(secret)));
  }

  /**
   * A code that one edge enrols with, once: `abcd-efgh-2345-67yz`. `edge` says which one, and lets it enrol anew.
   * It is given here and never again. Throws `limit_reached`.
   */
  async invite(request: { readonly edge?: EdgeId | undefined; readonly expiresMs: number }): Promise<string> {
    const { edge = null, expiresMs } = request;
    await this.#database.deleteFrom('code').where('expires_at', '<=', this.#options.wallMs()).execute();
    const { open } = await this.#database
      .selectFrom('code')
      .select(({ fn }) => fn.countAll<number>().as('open'))
      .executeTakeFirstOrThrow();
    if (open >= maxCodes) {
      throw new BothyError(
        'limit_reached',
        `${maxCodes} codes wait to be used. Wait until some have expired.`,
      );
    }
    const code = toBase32(randomBytes(10))
      .slice(0, 16)
      .replace(/(.{4})(?=.)/g, '$1-');
    await this.#database
      .insertInto('code')
      .values({ hash: hashOf(code), edge, expires_at: expiresMs })
      .execute();
    return code;
  }

  /** Makes the secret of an edge. The code is used up with it, in one transaction. Throws `limit_reached`. */
  async enrol(edge: EdgeId, code: string): Promise<Enrolled> {
    const { node, wallMs } = this.#options;
    if (!this.#enrolments.has(edge) && this.#enrolments.size >= maxEdges) {
      throw new BothyError('limit_reached', `This node knows ${maxEdges} edges, which is all that it may.`);
    }
    const secret = `${edgeSecretPrefix}${toBase32(randomBytes(20))}`;
    const nowMs = wallMs();
    const found = await this.#database
      .transaction()
      .execute(async (transaction): Promise<Exclude<Enrolled, { ok: true }> | EdgeEnrolment> => {
        const row = await transaction
          .selectFrom('code')
          .selectAll()
          .where('hash', '=', hashOf(code))
          .executeTakeFirst();
        const fits = row !== undefined && row.expires_at > nowMs && (row.edge ?? edge) === edge;
        if (!fits) return { ok: false, why: 'codeRefused' };
        if (row.edge === null && this.isEnrolled(edge)) return { ok: false, why: 'taken' };
        await transaction.deleteFrom('code').where('hash', '=', row.hash).execute();
        const enrolment = this.#successor(edge, hashOf(secret), node, nowMs);
        await put(transaction, enrolment);
        return enrolment;
      });
    if ('ok' in found) return found;
    this.#enrolments.set(edge, found);
    return { ok: true, secret, enrolment: found };
  }

  /** Takes the enrolment back: its secret opens nothing any more. Undefined when it was not enrolled. */
  async revoke(edge: EdgeId): Promise<EdgeEnrolment | undefined> {
    if (!this.isEnrolled(edge)) return undefined;
    const { node, wallMs } = this.#options;
    const enrolment = this.#successor(edge, null, node, wallMs());
    await put(this.#database, enrolment);
    this.#enrolments.set(edge, enrolment);
    return enrolment;
  }

  /** What another node states. True when it holds over what was known here. */
  async merge(stated: EdgeEnrolment): Promise<boolean> {
    const known = this.#enrolments.get(stated.edge);
    if (known === undefined ? this.#enrolments.size >= maxEdges : !isLaterEnrolment(stated, known))
      return false;
    await put(this.#database, stated);
    this.#enrolments.set(stated.edge, stated);
    return true;
  }

  async close(): Promise<void> {
    await this.#database.destroy();
  }

  /** A clock that went back must not make what is done now older than what was. */
  #successor(edge: EdgeId, hash: string | null, by: string, nowMs: number): EdgeEnrolment {
    const before = this.#enrolments.get(edge)?.atMs ?? 0;
    return { v: 1, edge, hash, atMs: Math.max(nowMs, before + 1), by };
  }
}

async function put(database: Kysely<EdgesSchema>, { edge, hash, atMs, by }: EdgeEnrolment): Promise<void> {
  await database.replaceInto('enrolment').values({ edge, hash, at: atMs, by }).execute();
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
