/** The thread that waits for the disk, so that nothing else has to. Started by `SqliteRoomStore`. */
import type { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { collectThreadStart } from '@bothy/runtime/node/start-garbage';
import { FileLock } from '@bothy/store/file-lock';
import { asDatabaseError, openSqlite } from '@bothy/store/sqlite-file';
import { BothyError } from '@bothy/wire';
import { RoomReader } from './room-reader.ts';
import { RoomWriter } from './room-writer.ts';
import { SqliteStatements } from './sqlite-statements.ts';
import { WalTender } from './wal-tender.ts';
import {
  type Cells,
  type FromWorker,
  plainError,
  type StoreStart,
  type ToWorker,
} from './worker-messages.ts';

/** Entries without a room that are removed at a time, a few milliseconds' work, and the pause that leaves to others. */
const discardEntries = 100;
const discardPauseMs = 20;

class StoreWorker {
  readonly #port: MessagePort;
  readonly #file: string;
  readonly #lock: FileLock;
  readonly #statements: SqliteStatements;
  readonly #writer: RoomWriter;
  readonly #reader: RoomReader;
  readonly #tender: WalTender;
  #fresh: boolean;
  #isBroken = false;
  #discarding: NodeJS.Timeout | undefined;

  private constructor(port: MessagePort, start: StoreStart, database: DatabaseSync, lock: FileLock) {
    this.#port = port;
    this.#file = start.file;
    this.#lock = lock;
    this.#statements = new SqliteStatements(database);
    this.#writer = new RoomWriter(this.#statements, start.tombstones);
    this.#reader = new RoomReader(this.#statements);
    const { file, copyAfterPages } = start;
    this.#tender = new WalTender({
      file,
      database,
      ...(copyAfterPages === undefined ? {} : { copyAfterPages }),
    });
    this.#fresh = this.#statements.isFresh();
    this.#discardSoon();
  }

  static start(port: MessagePort, start: StoreStart): void {
    const { file } = start;
    try {
      const database = openSqlite(file);
      const lock = new FileLock(file);
      const worker = new StoreWorker(port, start, database, lock);
      port.on('message', (message: ToWorker) => worker.#take(message));
      worker.#post({ kind: 'opened' });
    } catch (thrown) {
      const error = plainError(asDatabaseError(file, thrown));
      port.postMessage({ kind: 'broken', error } satisfies FromWorker);
    }
  }

  #take(message: ToWorker): void {
    try {
      switch (message.kind) {
        case 'work':
          if (this.#isBroken) return;
          this.#answer(message.queries);
          for (const cells of message.commits) this.#commit(cells);
          if (message.commits.length > 0) this.#tender.committed();
          return;
        case 'load':
          this.#reader.load((part, rows) => this.#post({ kind: 'part', part, rows }));
          return this.#post({ kind: 'loaded', fresh: this.#fresh });
        case 'close':
          return void this.#close();
      }
    } catch (thrown) {
      // What cannot be read has no answer, and whoever asked is told that nothing more is written.
      this.#isBroken = true;
      this.#post({ kind: 'broken', error: plainError(this.#failure(thrown, 'read')) });
    }
  }

  #answer(queries: readonly Cells[]): void {
    if (queries.length > 0) this.#post({ kind: 'answers', findings: this.#reader.answer(queries) });
  }

  #commit(cells: Cells): void {
    try {
      this.#statements.begin();
      if (this.#fresh) this.#statements.markStarted();
      const discards = this.#writer.write(cells);
      this.#statements.commit();
      this.#fresh = false;
      this.#post({ kind: 'committed' });
      if (discards) this.#discardSoon();
    } catch (thrown) {
      const error = plainError(this.#failure(thrown, 'written'));
      this.#statements.rollback();
      this.#post({ kind: 'committed', error });
    }
  }

  async #close(): Promise<void> {
    clearTimeout(this.#discarding);
    try {
      await this.#tender.close();
    } finally {
      this.#lock.release();
      this.#port.close();
    }
  }

  #discardSoon(): void {
    this.#discarding ??= setTimeout(() => this.#discard(), discardPauseMs);
  }

  #discard(): void {
    this.#discarding = undefined;
    try {
      this.#statements.begin();
      const isMore = this.#statements.removeDiscarded(discardEntries);
      this.#statements.commit();
      this.#tender.committed();
      if (isMore) this.#discardSoon();
    } catch {
      // Nobody waits for it: the next start goes on, and a disk that fails is told by who needs it.
      this.#statements.rollback();
    }
  }

  #failure(thrown: unknown, done: 'read' | 'written'): BothyError {
    if (thrown instanceof BothyError) return thrown;
    const error = asDatabaseError(this.#file, thrown);
    if (error.code !== 'storage_failed') return error;
    const advice = 'Free space or mend the disk, then start the node again.';
    const sentence = `The rooms’ database cannot be ${done} (${error.message}). ${advice}`;
    return new BothyError('storage_failed', sentence, { cause: thrown });
  }

  #post(message: FromWorker): void {
    this.#port.postMessage(message);
  }
}

if (parentPort === null) throw new Error('This is the thread of a room store: SqliteRoomStore starts it.');
StoreWorker.start(parentPort, workerData as StoreStart);
collectThreadStart();
