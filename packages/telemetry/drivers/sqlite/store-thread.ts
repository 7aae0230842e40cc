/** The thread of a store, started when it is needed, and what waits for its answers. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { BothyError } from '@bothy/wire';
import type { NotStored } from './days/reading-writer.ts';
import { upgradeTelemetry } from './telemetry-schema.ts';
import type { CommitDone } from './telemetry-store.ts';
import {
  type CommitMessage,
  type FromWorker,
  type StoreAnswer,
  type StoreAnswers,
  type StoreQuestion,
  type StoreStart,
  type ToWorker,
  thrownError,
} from './worker-messages.ts';

export interface StoreThreadOptions {
  readonly file: string;
  readonly wallMs: () => number;
  readonly failed: (error: BothyError) => void;
  readonly settings: Omit<StoreStart, 'file' | 'wallMs'>;
}

/** Commits that may wait, and readings in them: of a loop, one is under way. */
const maxCommits = 1_000;
const maxReadings = 2_000_000;
const maxQuestions = 10_000;

interface Asked {
  readonly resolve: (answer: StoreAnswer) => void;
  readonly reject: (reason: unknown) => void;
  readonly forget: () => void;
}

export class StoreThread {
  readonly #options: StoreThreadOptions;
  #starting: Promise<void> | undefined;
  #worker: Worker | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  /** Of commits that are not done, in order. */
  readonly #done: { readonly done: CommitDone; readonly readings: number }[] = [];
  #readings = 0;
  #unsent: CommitMessage[] = [];
  /** What is to be sent once there is a thread. */
  readonly #waiting: (() => void)[] = [];
  #isFlushing = false;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  #broken: BothyError | undefined;
  #isClosing = false;

  constructor(options: StoreThreadOptions) {
    this.#options = options;
  }

  get isStarted(): boolean {
    return this.#starting !== undefined;
  }

  /** Once; later calls wait for the same. Rejects when it cannot be opened. */
  start(): Promise<void> {
    this.#starting ??= this.#open();
    return this.#starting;
  }

  /** Why nothing more is taken. */
  refusal(): BothyError | undefined {
    if (this.#broken !== undefined) return this.#broken;
    if (this.#isClosing) return closed();
    if (this.#done.length >= maxCommits || this.#readings >= maxReadings) return tooSlow('commits');
    return undefined;
  }

  /** Not to be called where `refusal` says something. */
  commit(message: CommitMessage, readings: number, done: CommitDone): void {
    this.#unsent.push(message);
    this.#done.push({ done, readings });
    this.#readings += readings;
    this.#startSoon();
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => this.#flush());
  }

  ask<Question extends StoreQuestion>(
    question: Question,
    signal?: AbortSignal,
  ): Promise<StoreAnswers[Question['kind']]> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#broken !== undefined) return reject(this.#broken);
      if (this.#isClosing) return reject(closed());
      if (this.#asked.size >= maxQuestions) return reject(tooSlow('questions'));
      this.#lastId += 1;
      const id = this.#lastId;
      const abort = (): void => {
        this.#asked.delete(id);
        this.#post({ kind: 'cancel', id });
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      const forget = (): void => signal?.removeEventListener('abort', abort);
      this.#asked.set(id, { resolve: resolve as Asked['resolve'], reject, forget });
      // What was committed before is seen.
      this.#flush();
      this.#startSoon();
      this.#afterStart(() => this.#post({ kind: 'ask', id, question }));
    });
  }

  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#flush();
      this.#isClosing = true;
      this.#rejectAll(closed());
      await this.#starting?.catch(() => {});
      this.#post({ kind: 'close' });
    } else {
      await this.#starting?.catch(() => {});
    }
    await this.#exited;
  }

  async #open(): Promise<void> {
    const { file, wallMs, settings } = this.#options;
    await upgradeTelemetry(file);
    const workerData: StoreStart = { ...settings, file, wallMs: wallMs() };
    const worker = new Worker(new URL('./store-worker.ts', import.meta.url), {
      name: 'telemetry',
      workerData,
    });
    const [first] = (await once(worker, 'message').catch((thrown) => {
      throw stopped(thrown);
    })) as [FromWorker];
    if (first.kind !== 'opened') {
      await worker.terminate();
      throw first.kind === 'broken' ? thrownError(first.error) : stopped(undefined);
    }
    this.#worker = worker;
    this.#exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.on('message', (message: FromWorker) => this.#take(message));
    worker.on('error', (thrown) => this.#break(stopped(thrown)));
    worker.on('exit', () => this.#break(stopped(undefined)));
    for (const then of this.#waiting.splice(0)) then();
  }

  #startSoon(): void {
    if (this.#starting === undefined)
      void this.start().catch((thrown) => this.#break(BothyError.from(thrown)));
  }

  #afterStart(then: () => void): void {
    if (this.#worker === undefined) this.#waiting.push(then);
    else then();
  }

  /** What comes in one turn of the event loop leaves as one message. */
  #flush(): void {
    this.#isFlushing = false;
    if (this.#broken !== undefined || this.#unsent.length === 0) return;
    const commits = this.#unsent;
    this.#unsent = [];
    this.#afterStart(() => this.#post({ kind: 'commits', commits, wallMs: this.#options.wallMs() }));
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case 'committed': {
        for (const notStored of message.notStored) this.#doneNext(undefined, notStored);
        return;
      }
      case 'refused': {
        const error = thrownError(message.error);
        for (let i = 0; i < message.commits; i++) this.#doneNext(error);
        return;
      }
      case 'answer':
        return this.#takeAsked(message.id)?.resolve(message.answer);
      case 'unanswered':
        return this.#takeAsked(message.id)?.reject(thrownError(message.error));
      case 'broken':
        return this.#break(thrownError(message.error));
    }
  }

  #doneNext(error: BothyError | undefined, notStored?: readonly NotStored[]): void {
    const next = this.#done.shift();
    this.#readings -= next?.readings ?? 0;
    if (error !== undefined) next?.done(error);
    else next?.done(undefined, notStored);
  }

  #takeAsked(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    asked?.forget();
    return asked;
  }

  #rejectAll(reason: BothyError): void {
    for (const id of [...this.#asked.keys()]) this.#takeAsked(id)?.reject(reason);
  }

  #break(error: BothyError): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    this.#unsent = [];
    this.#rejectAll(error);
    for (const { done } of this.#done.splice(0)) done(error);
    if (this.#isClosing) return;
    this.#post({ kind: 'close' });
    this.#options.failed(error);
  }
}

function closed(): BothyError {
  return new BothyError('storage_failed', 'The store of readings and alarms is closed.');
}

function stopped(cause: unknown): BothyError {
  return new BothyError('storage_failed', 'The thread that stores readings and alarms has ended.', { cause });
}

function tooSlow(what: 'commits' | 'questions'): BothyError {
  return new BothyError('storage_failed', `The disk is too slow for the readings: too many ${what} wait.`);
}
