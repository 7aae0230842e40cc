/** The thread that waits for the disk, so that nothing else has to. Started by `SqliteTelemetryStore`. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { collectThreadStart } from '@bothy/runtime/node/start-garbage';
import { FileLock } from '@bothy/store/file-lock';
import { openSqlite } from '@bothy/store/sqlite-file';
import { Connection } from './days/connection.ts';
import { StepLane, type Work } from './step-lanes.ts';
import { storeFailure } from './store-failure.ts';
import { StoreQuestions } from './store-questions.ts';
import { TelemetryDatabase } from './telemetry-database.ts';
import {
  type CommitMessage,
  type FromWorker,
  plainError,
  type StoreAnswer,
  type StoreQuestion,
  type StoreStart,
  type ToWorker,
} from './worker-messages.ts';

/** Between two looks for days to seal and to drop. */
const maintainEveryMs = 10 * 60_000;

class StoreWorker {
  readonly #port: MessagePort;
  readonly #file: string;
  readonly #lock: FileLock;
  readonly #database: TelemetryDatabase;
  readonly #reader: Connection;
  readonly #questions: StoreQuestions;
  readonly #reading = new StepLane();
  readonly #writing = new StepLane();
  #maintainedMs: number;

  private constructor(port: MessagePort, start: StoreStart, lock: FileLock) {
    const { file, wallMs } = start;
    this.#port = port;
    this.#file = file;
    this.#lock = lock;
    this.#database = new TelemetryDatabase(openSqlite(file), start);
    this.#reader = new Connection(openSqlite(file));
    this.#questions = new StoreQuestions(this.#database, this.#reader);
    this.#maintainedMs = wallMs;
    this.#maintain(wallMs);
  }

  static start(port: MessagePort, start: StoreStart): void {
    let lock: FileLock | undefined;
    try {
      lock = new FileLock(start.file);
      const worker = new StoreWorker(port, start, lock);
      port.on('message', (message: ToWorker) => worker.#take(message));
      worker.#post({ kind: 'opened' });
    } catch (thrown) {
      lock?.release();
      const error = plainError(storeFailure(start.file, thrown, 'read'));
      port.postMessage({ kind: 'broken', error } satisfies FromWorker);
    }
  }

  #take(message: ToWorker): void {
    switch (message.kind) {
      case 'commits':
        return this.#commit(message.commits, message.wallMs);
      case 'ask':
        return this.#ask(message.id, message.question);
      case 'cancel':
        return this.#reading.cancel(message.id);
      case 'close':
        return this.#close();
    }
  }

  #commit(commits: readonly CommitMessage[], wallMs: number): void {
    try {
      const notStored = this.#database.commit(commits, wallMs);
      this.#post({ kind: 'committed', notStored });
    } catch (thrown) {
      const error = plainError(storeFailure(this.#file, thrown, 'written'));
      this.#post({ kind: 'refused', commits: commits.length, error });
    }
    // Also after a clock was set back.
    if (Math.abs(wallMs - this.#maintainedMs) >= maintainEveryMs) this.#maintain(wallMs);
  }

  #maintain(wallMs: number): void {
    this.#maintainedMs = wallMs;
    if (!this.#writing.isIdle) return;
    this.#writing.add({
      steps: () => this.#database.maintain(wallMs),
      done: () => {},
      // Nobody waits for it: it is tried again, and a disk that fails is told by who needs it.
      failed: () => {},
    });
  }

  #ask(id: number, question: StoreQuestion): void {
    const writes = question.kind === 'seal' || question.kind === 'drop';
    const lane = writes ? this.#writing : this.#reading;
    const work: Work<StoreAnswer> = {
      steps: () => this.#questions.answer(question),
      done: (answer) => this.#post({ kind: 'answer', id, answer }),
      failed: (thrown) => {
        const error = plainError(storeFailure(this.#file, thrown, writes ? 'written' : 'read'));
        this.#post({ kind: 'unanswered', id, error });
      },
    };
    lane.add(work, id);
  }

  #close(): void {
    this.#reading.stop();
    this.#writing.stop();
    try {
      this.#reader.close();
      this.#database.close();
    } finally {
      this.#lock.release();
      this.#port.close();
    }
  }

  #post(message: FromWorker): void {
    this.#port.postMessage(message);
  }
}

if (parentPort === null) {
  throw new Error('This is the thread of a telemetry store: SqliteTelemetryStore starts it.');
}
StoreWorker.start(parentPort, workerData as StoreStart);
collectThreadStart();
