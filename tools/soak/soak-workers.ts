/** The workers of a soak run: one thread each, one batch each at a time. */
import { Worker } from 'node:worker_threads';
import type { BatchResult, SoakBatch } from './soak-batch.ts';

interface Waiting {
  readonly resolve: (result: BatchResult | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export class SoakWorkers {
  readonly #workers: readonly Worker[];
  readonly #idle: Worker[];
  readonly #waiting = new Map<Worker, Waiting>();

  constructor(count: number) {
    this.#workers = Array.from({ length: count }, () => this.#start());
    this.#idle = [...this.#workers];
  }

  /** Undefined when the workers were ended meanwhile. Rejects when a worker breaks, and when there is none to do it. */
  run(batch: SoakBatch): Promise<BatchResult | undefined> {
    const worker = this.#idle.pop();
    if (worker === undefined) return Promise.reject(new Error('every worker has a batch already'));
    return new Promise((resolve, reject) => {
      this.#waiting.set(worker, { resolve, reject });
      worker.postMessage(batch);
    });
  }

  /** At once, also in the middle of a run. */
  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start(): Worker {
    const worker = new Worker(new URL('./soak-worker.ts', import.meta.url));
    const taken = (): Waiting | undefined => {
      const waiting = this.#waiting.get(worker);
      this.#waiting.delete(worker);
      return waiting;
    };
    worker.on('message', (result: BatchResult) => {
      this.#idle.push(worker);
      taken()?.resolve(result);
    });
    worker.on('error', (error) => taken()?.reject(error));
    worker.on('exit', () => taken()?.resolve(undefined));
    return worker;
  }
}
