/**
 * Keeps the write-ahead log short without holding up who writes (rule STORE18). SQLite alone copies the log into the
 * database on the thread that commits, which then waits for hundreds of scattered pages.
 *
 *     short ──copyAfterPages──▶ copying, by a thread of its own; commits go on
 *       ▲                          │ a few pages are left
 *       └── the next commit ◀──────┴─ those are copied on the writing thread, so that nothing comes in between
 *           begins the log anew
 *
 * The thread is started when it is needed first, and ended when it has not been for a while: a node where people
 * write by hand never has it.
 */
import { closeSync, openSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { CheckpointStart, FromCheckpoint, ToCheckpoint } from './checkpoint-worker.ts';

export interface WalTenderOptions {
  readonly file: string;
  /** The connection that writes. */
  readonly database: DatabaseSync;
  /** Pages of 4 KiB in the log at which copying begins. Lower only in tests. @default 4_096 */
  readonly copyAfterPages?: number;
}

/** 16 MiB: a page that many commits changed is copied once, and a start after a crash reads it in some 20 ms. */
const defaultCopyAfterPages = 4_096;
/** From here on the writing thread copies, as SQLite does by itself, and everybody waits: the log grows no further. */
const limitTimes = 4;
const pageBytes = 4_096;
/** A millisecond's work. */
const finishPages = 64;
const idleMs = 10_000;

export class WalTender {
  readonly #options: WalTenderOptions;
  readonly #copyAfterPages: number;
  readonly #size: StatementSync;
  readonly #finish: StatementSync;
  /**
   * For flushing the database. Closed after the connection, never before: with any descriptor of a file that is closed,
   * POSIX takes the process its locks on it, those of SQLite too.
   */
  #descriptor: number | undefined;
  #worker: Worker | undefined;
  #isCopying = false;
  /** The log's length at which the next copying begins. */
  #nextPages: number;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: WalTenderOptions) {
    const { database, copyAfterPages = defaultCopyAfterPages } = options;
    this.#options = options;
    this.#copyAfterPages = copyAfterPages;
    this.#nextPages = copyAfterPages;
    const limitPages = copyAfterPages * limitTimes;
    database.exec(`PRAGMA wal_autocheckpoint = ${limitPages}`);
    // A log that grew beyond that, while somebody copied the file, is cut when it begins anew.
    database.exec(`PRAGMA journal_size_limit = ${limitPages * pageBytes}`);
    this.#size = database.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#size.setReturnArrays(true);
    this.#finish = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** To be called after each commit: it takes a microsecond. */
  committed(): void {
    if (this.#isCopying) return;
    const pages = this.#pages();
    // The log has begun anew.
    if (pages < this.#copyAfterPages) this.#nextPages = this.#copyAfterPages;
    if (pages >= this.#nextPages) this.#copy();
  }

  /** Closes the connection, as the last one that has the file open: SQLite then copies the rest of the log and removes it. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    if (worker !== undefined) {
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      this.#end();
      await exited;
    }
    try {
      this.#options.database.close();
    } finally {
      if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    }
  }

  #pages(): number {
    const [, pages] = this.#size.get() as unknown as readonly [number, number, number];
    return pages;
  }

  #copy(): void {
    clearTimeout(this.#idle);
    this.#isCopying = true;
    this.#worker ??= this.#start();
    this.#worker.postMessage('copy' satisfies ToCheckpoint);
  }

  #start(): Worker {
    const { file } = this.#options;
    this.#descriptor ??= openSync(file, 'r');
    const workerData: CheckpointStart = { file, descriptor: this.#descriptor, finishPages };
    const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
      name: 'rooms-checkpoint',
      workerData,
    });
    worker.on('message', ({ failure }: FromCheckpoint) => this.#copied(failure === null));
    worker.on('error', () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#copied(false);
    });
    return worker;
  }

  #copied(done: boolean): void {
    // It was closed meanwhile.
    if (!this.#isCopying) return;
    this.#isCopying = false;
    this.#idle = setTimeout(() => this.#end(), idleMs);
    try {
      // What is not done now is tried again when as much has come once more.
      this.#nextPages = this.#pages() + this.#copyAfterPages;
      if (done) this.#finish.get();
    } catch {
      // Nothing is lost: it is all in the log. A disk that fails is told by who commits.
    }
  }

  #end(): void {
    this.#isCopying = false;
    this.#worker?.postMessage('close' satisfies ToCheckpoint);
    this.#worker = undefined;
  }
}
