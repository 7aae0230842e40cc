/**
 * Rooms on the disk of a node: a SQLite file, written by a thread of its own. Rules STORE1… in SPEC.md.
 *
 *   commit ─┐ one message, at a commit    ┌─▶ answers, from what is committed
 *   query  ─┴─ or the turn's end ───────▶─┴─▶ transaction, flush of the disk ─▶ done
 *
 * The loop keeps one commit in flight and joins what comes meanwhile, so that many messages share one flush. Queries
 * of one message are answered before its commits begin: they wait for no disk. One batch of them is under way.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Storage } from '@bothy/runtime';
import { BothyError } from '@bothy/wire';
import { bounds } from '../../core/config.ts';
import type { RoomFinding, RoomQuery, RoomsSnapshot, RoomWrite } from '../../core/records.ts';
import { upgradeRooms } from './room-schema.ts';
import {
  type Cells,
  cellsOfQuery,
  cellsOfWrites,
  type FromWorker,
  type SnapshotPart,
  type StoreStart,
  type ToWorker,
  thrownError,
} from './worker-messages.ts';

export interface RoomStoreOptions {
  /** Path of `rooms.sqlite`; its folder is made when it is not there. */
  readonly file: string;
  /** The store cannot go on: what was asked is not answered any more. Called once, at most; not by `close`. */
  readonly failed?: (error: BothyError) => void;
  /** Deleted rooms that are remembered; then the oldest is forgotten. Lower only in tests. @default 100_000 */
  readonly tombstones?: number;
  /** Queries that may wait; one more ends the store. @default 200_000 */
  readonly maxQueries?: number;
  /** Pages of 4 KiB in the write-ahead log at which it is copied into the database. Lower only in tests. @default 4_096 */
  readonly copyAfterPages?: number;
}

/** Commits that may wait. The loop has one under way; many of them mean that somebody does not wait for `done`. */
const maxCommits = 1_000;
/** Queries in one message to the thread. */
const queriesPerMessage = 256;

type Done = (error?: unknown) => void;

interface Asked {
  readonly query: RoomQuery;
  readonly answer: (finding: RoomFinding) => void;
}

interface Loading {
  readonly parts: Record<SnapshotPart, unknown[]>;
  readonly resolve: (snapshot: RoomsSnapshot) => void;
  readonly reject: (error: BothyError) => void;
}

export class SqliteRoomStore implements Storage<RoomWrite> {
  readonly #worker: Worker;
  readonly #options: RoomStoreOptions;
  readonly #maxQueries: number;
  /** Of commits that are with the thread, or about to be, in order. */
  readonly #done: Done[] = [];
  /** Queries that are with the thread, and those that wait for their turn. */
  #asking: Asked[] = [];
  #waiting: Asked[] = [];
  #flushing = false;
  #loading: Loading | undefined;
  #broken: BothyError | undefined;
  #isClosing = false;
  readonly #exited: Promise<unknown>;

  private constructor(worker: Worker, options: RoomStoreOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#maxQueries = options.maxQueries ?? 200_000;
    this.#exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.on('message', (message: FromWorker) => this.#take(message));
    worker.on('error', (thrown) => this.#break(stopped(thrown)));
    worker.on('exit', () => this.#break(stopped(undefined)));
  }

  /**
   * Opens the file and brings its schema up to date. Rejects with `data_directory_unusable`, also when another
   * process has it open, or with `database_corrupt`; each says what to do.
   */
  static async open(options: RoomStoreOptions): Promise<SqliteRoomStore> {
    await upgradeRooms(options.file);
    const workerData: StoreStart = {
      file: options.file,
      tombstones: options.tombstones ?? bounds.tombstones,
      copyAfterPages: options.copyAfterPages,
    };
    const worker = new Worker(new URL('./store-worker.ts', import.meta.url), { name: 'rooms', workerData });
    const [first] = (await once(worker, 'message').catch((thrown) => {
      throw stopped(thrown);
    })) as [FromWorker];
    if (first.kind === 'opened') return new SqliteRoomStore(worker, options);
    await worker.terminate();
    throw first.kind === 'broken' ? thrownError(first.error) : stopped(undefined);
  }

  /** Everything but the logs. One at a time. */
  load(): Promise<RoomsSnapshot> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) return reject(this.#broken);
      if (this.#isClosing) return reject(closed());
      if (this.#loading !== undefined) return reject(new Error('The rooms are being loaded already.'));
      const parts = { rooms: [], members: [], tombstones: [], intents: [], commits: [], nodes: [] };
      this.#loading = { parts, resolve, reject };
      this.#flush();
      this.#post({ kind: 'load' });
    });
  }

  /** As `Storage` says; `done` is told `fenced`, or `storage_failed` with the conflict or the failure of the disk. */
  commit(writes: readonly RoomWrite[], done: Done): void {
    if (this.#broken !== undefined) return done(this.#broken);
    if (this.#isClosing) return done(closed());
    if (this.#done.length >= maxCommits) return done(tooSlow('commits'));
    this.#done.push(done);
    // The loop has gathered what belongs to it: the disk is to begin before anything else is done here.
    this.#flush([cellsOfWrites(writes)]);
  }

  /** Answers from every commit that is done. Answers come in the order of asking, none after `failed` or `close`. */
  query(query: RoomQuery, answer: (finding: RoomFinding) => void): void {
    if (this.#broken !== undefined || this.#isClosing) return;
    if (this.#waiting.length >= this.#maxQueries) return this.#break(tooSlow('queries'));
    this.#waiting.push({ query, answer });
    this.#flushSoon();
  }

  /** Writes what was committed, and closes the file. Queries that wait are dropped. After `failed` too, before another `open`. */
  async close(): Promise<void> {
    if (!this.#isClosing && this.#broken === undefined) {
      this.#waiting = [];
      this.#flush();
      this.#asking = [];
      this.#isClosing = true;
      this.#post({ kind: 'close' });
    }
    await this.#exited;
  }

  /** What is asked in one turn of the event loop leaves as one message, with the commit if there is one. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(commits: readonly Cells[] = []): void {
    this.#flushing = false;
    if (this.#broken !== undefined) return;
    const isFree = this.#asking.length === 0;
    if (isFree) this.#asking = this.#waiting.splice(0, queriesPerMessage);
    const queries = isFree ? this.#asking.map(({ query }) => cellsOfQuery(query)) : [];
    if (queries.length > 0 || commits.length > 0) this.#post({ kind: 'work', queries, commits });
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case 'answers':
        return this.#answer(JSON.parse(message.findings) as RoomFinding[]);
      case 'committed': {
        const done = this.#done.shift();
        return done?.(message.error === undefined ? undefined : thrownError(message.error));
      }
      case 'part': {
        const rows = JSON.parse(message.rows) as unknown[];
        for (const row of rows) this.#loading?.parts[message.part].push(row);
        return;
      }
      case 'loaded': {
        const loading = this.#loading;
        this.#loading = undefined;
        return loading?.resolve({ ...loading.parts, fresh: message.fresh } as RoomsSnapshot);
      }
      case 'broken':
        return this.#break(thrownError(message.error));
    }
  }

  #answer(findings: readonly RoomFinding[]): void {
    const asked = this.#asking;
    // Large answers come in pieces: the rest is asked again, before what was asked later.
    if (findings.length < asked.length) this.#waiting.unshift(...asked.slice(findings.length));
    this.#asking = [];
    if (this.#waiting.length > 0) this.#flushSoon();
    for (const [index, finding] of findings.entries()) asked[index]?.answer(finding);
  }

  #break(error: BothyError): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    this.#asking = [];
    this.#waiting = [];
    for (const done of this.#done.splice(0)) done(error);
    this.#loading?.reject(error);
    if (this.#isClosing) return;
    // It lets go of the file in its own time: one that is terminated might leave it locked.
    this.#post({ kind: 'close' });
    this.#options.failed?.(error);
  }
}

function closed(): BothyError {
  return new BothyError('storage_failed', 'The rooms are closed.');
}

function stopped(cause: unknown): BothyError {
  return new BothyError('storage_failed', 'The thread that writes the rooms has ended.', { cause });
}

function tooSlow(what: 'commits' | 'queries'): BothyError {
  return new BothyError('storage_failed', `The disk is too slow for the rooms: too many ${what} wait.`);
}
