/** The workers of a soak run: one thread each, one batch each at a time. */
import { Worker } from 'node:worker_threads';
import type { BatchResult, SoakBatch } from './soak-batch.ts';

export class SoakWorkers {
  readonly #idle: Worker[] = [];
  readonly #workers: Worker[] = [];

  constructor(count: number) {
    for (let index = 0; index < count; index++) {
      const worker = new Worker(new URL('./soak-worker.ts', import.meta.url));
      this.#workers.push(worker);
      this.#idle.push(worker);
    }
  }

  /** Undefined when the workers were ended meanwhile. Rejects when a worker breaks, and when there is none to do it. */
  run(batch: SoakBatch): Promise<BatchResult | undefined> {
    const worker = this.#idle.pop();
    if (worker === undefined) return Promise.reject(new Error('every worker has a batch already'));
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        worker.removeAllListeners();
        end();
      };
      worker.once('message', (result: BatchResult) => {
        this.#idle.push(worker);
        settle(() => resolve(result));
      });
      worker.once('error', (error) => settle(() => reject(error)));
      worker.once('exit', () => settle(() => resolve(undefined)));
      worker.postMessage(batch);
    });
  }

  /** At once, also in the middle of a run. */
  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
