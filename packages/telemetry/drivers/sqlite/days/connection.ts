/** One connection to the database, its statements prepared once. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

export type Row = readonly unknown[];

/** Tables come and go with their days; statements of those that went are forgotten first. */
const mostStatements = 300;

export class Connection {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepare(sql).run(...values);
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as unknown as Row | undefined;
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as unknown as Row[];
  }

  /** For statements that are run once: of tables that are made and dropped. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** All or nothing. What `work` throws is thrown on. */
  transaction<Result>(work: () => Result): Result {
    this.run('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.run('COMMIT');
      return result;
    } catch (thrown) {
      this.rollback();
      throw thrown;
    }
  }

  /**
   * A transaction of which nobody has been told: the flush of the disk is left to the next one of the usual kind, which
   * writes behind it to the same log, and so has it on the disk before itself.
   */
  quietTransaction(work: () => void): void {
    this.exec('PRAGMA synchronous = NORMAL');
    try {
      this.transaction(work);
    } finally {
      this.exec('PRAGMA synchronous = FULL');
    }
  }

  /** Harmless when the engine has ended the transaction itself, as it does when the disk is full. */
  rollback(): void {
    if (this.#database.isTransaction) this.run('ROLLBACK');
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    if (this.#prepared.size >= mostStatements) {
      for (const oldest of [...this.#prepared.keys()].slice(0, mostStatements / 2))
        this.#prepared.delete(oldest);
    }
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    this.#prepared.set(sql, statement);
    return statement;
  }
}
