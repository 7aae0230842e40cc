/**
 * The broker's memory on disk: what is retained, who subscribed to what, and what waits, in a SQLite file of its own.
 *
 * The persistence answers from memory, which is bounded, and writes every change here. Changes gather while a
 * transaction runs and go into the next one, so that many messages share one flush of the disk; of one key only the
 * last change is written. `durable` tells when everything so far is on the disk.
 */
import { openDatabase } from '@bothy/store';
import { BothyError } from '@bothy/wire';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export type KeptKind = 'retained' | 'session' | 'subscription' | 'waiting' | 'incoming' | 'will' | 'clock';

export interface Kept {
  readonly kind: KeptKind;
  /** Unique within its kind. */
  readonly key: string;
  /** Everything but the payload, as JSON. */
  readonly header: string;
  readonly payload: Uint8Array;
}

interface BrokerSchema {
  kept: { kind: string; key: string; header: string; payload: Uint8Array };
}

const kept: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .createTable('kept')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('header', 'text', (column) => column.notNull())
      .addColumn('payload', 'blob', (column) => column.notNull())
      .addPrimaryKeyConstraint('kept_key', ['kind', 'key'])
      .execute();
  },
};

/** Rows of one statement: SQLite takes 32,766 parameters, and a row has four. */
const rowsPerStatement = 500;

interface Change {
  readonly kind: KeptKind;
  readonly key: string;
  /** Undefined removes it. */
  readonly kept: Kept | undefined;
}

/** A record that is written only if it is still wanted after a while. */
interface Postponed {
  readonly change: Change;
  readonly settled: PromiseWithResolvers<void>;
}

/** A client that is there acknowledges within a few milliseconds; a publisher waits so much longer at most. */
const postponedMs = 20;

export interface JournalOptions {
  /** Path of the file, or `:memory:`. */
  readonly file: string;
}

export class SessionJournal {
  readonly #database: Kysely<BrokerSchema>;
  #changes = new Map<string, Change>();
  #postponed = new Map<string, Postponed>();
  #postponedTimer: NodeJS.Timeout | undefined;
  /** The transaction that runs, or ran last. */
  #running: Promise<void> = Promise.resolve();
  /** The one that will write what gathers now. */
  #next: Promise<void> | undefined;
  #failed = false;

  private constructor(database: Kysely<BrokerSchema>) {
    this.#database = database;
  }

  /** Throws `data_directory_unusable` or `database_corrupt`, each with what to do. */
  static async open({ file }: JournalOptions): Promise<SessionJournal> {
    const database = await openDatabase<BrokerSchema>({ file, migrations: { '001-kept': kept } });
    return new SessionJournal(database);
  }

  /** Everything that is kept, by kind and key. */
  async load(): Promise<readonly Kept[]> {
    const rows = await this.#database.selectFrom('kept').selectAll().orderBy('kind').orderBy('key').execute();
    return rows.map((row) => ({ ...row, kind: row.kind as KeptKind }));
  }

  put(kind: KeptKind, key: string, header: unknown, payload: Uint8Array = nothing): void {
    const change = { kind, key, kept: { kind, key, header: JSON.stringify(header), payload } };
    this.#change(change);
    const older = this.#postponed.get(nameOf(change));
    this.#postponed.delete(nameOf(change));
    if (older !== undefined) this.durable().then(older.settled.resolve, older.settled.reject);
  }

  /**
   * As `put`, of a record under a new key that is likely to be removed again within milliseconds: then it never
   * comes to the disk. Resolves when it was removed, or is durable; rejects as `durable` does.
   */
  putUnlessRemoved(kind: KeptKind, key: string, header: unknown, payload: Uint8Array): Promise<void> {
    // Nothing is promised once a write has failed.
    if (this.#failed) return this.durable();
    const change = { kind, key, kept: { kind, key, header: JSON.stringify(header), payload } };
    const settled = Promise.withResolvers<void>();
    this.#postponed.set(nameOf(change), { change, settled });
    this.#postponedTimer ??= setTimeout(() => this.#writePostponed(), postponedMs);
    return settled.promise;
  }

  remove(kind: KeptKind, key: string): void {
    const change = { kind, key, kept: undefined };
    const postponed = this.#postponed.get(nameOf(change));
    if (postponed === undefined) return this.#change(change);
    this.#postponed.delete(nameOf(change));
    postponed.settled.resolve();
  }

  /**
   * Resolves when every change so far is on the disk. Rejects with `storage_failed` from the first write that failed
   * on: what is on the disk would no longer be what is in memory.
   */
  durable(): Promise<void> {
    return this.#next ?? this.#running;
  }

  /** Writes what is left, and closes the file. */
  async close(): Promise<void> {
    this.#writePostponed();
    await this.durable().catch(() => {});
    await this.#database.destroy();
  }

  #writePostponed(): void {
    clearTimeout(this.#postponedTimer);
    this.#postponedTimer = undefined;
    const postponed = [...this.#postponed.values()];
    this.#postponed = new Map();
    for (const { change } of postponed) this.#change(change);
    const durable = this.durable();
    for (const { settled } of postponed) durable.then(settled.resolve, settled.reject);
  }

  #change(change: Change): void {
    if (this.#failed) return;
    const name = nameOf(change);
    this.#changes.set(name, change);
    if (this.#next !== undefined) return;
    const next = this.#running.then(async () => {
      // Packets that were read together are written together.
      await new Promise((resolve) => setImmediate(resolve));
      const changes = [...this.#changes.values()];
      this.#changes = new Map();
      this.#running = next;
      this.#next = undefined;
      await this.#write(changes);
    });
    this.#next = next;
    // Who needs to know asks `durable`.
    next.catch(() => {});
  }

  async #write(changes: readonly Change[]): Promise<void> {
    const rows = changes.flatMap((change) => change.kept ?? []);
    const removed = Map.groupBy(
      changes.filter((change) => change.kept === undefined),
      ({ kind }) => kind,
    );
    try {
      await this.#database.transaction().execute(async (transaction) => {
        for (const [kind, each] of removed) {
          for (const some of chunks(each)) {
            const keys = some.map(({ key }) => key);
            await transaction.deleteFrom('kept').where('kind', '=', kind).where('key', 'in', keys).execute();
          }
        }
        for (const some of chunks(rows)) {
          await transaction.replaceInto('kept').values(some).execute();
        }
      });
    } catch (thrown) {
      this.#failed = true;
      // SQLite ends the transaction by itself, so that what is thrown may be about the second end of it.
      const advice = 'Free space or mend the disk, then start the node again.';
      throw new BothyError('storage_failed', `The broker’s database cannot be written. ${advice}`, {
        cause: thrown,
      });
    }
  }
}

const nothing = new Uint8Array(0);

function nameOf({ kind, key }: Change): string {
  return `${kind} ${key}`;
}

function chunks<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / rowsPerStatement);
  return Array.from({ length: count }, (_, n) => all.slice(n * rowsPerStatement, (n + 1) * rowsPerStatement));
}
