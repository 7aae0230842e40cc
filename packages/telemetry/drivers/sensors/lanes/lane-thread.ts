/** Where the drivers of a lane run: in a worker that can be ended whatever they do, or in this thread. */
import { Worker } from 'node:worker_threads';
import type { openDriver } from '../driver-registry.ts';
import { DriverRunner } from './driver-runner.ts';
import type { FromWorker, SensorWorkerData, ToWorker } from './worker-messages.ts';

export interface LaneThread {
  /** The sensor whose code runs now, when that is known; readable also while the thread is busy. */
  readonly running: number | undefined;
  say(message: ToWorker): void;
  /** Resolves when it is gone; one that hangs in the kernel ends when that lets it go. */
  end(): Promise<void>;
  /** Whether it ends by itself after an `end` message. */
  readonly ended: Promise<void>;
}

export interface LaneThreadEvents {
  readonly heard: (message: FromWorker) => void;
  /** It is gone, and was not told to go. */
  readonly lost: (sentence: string) => void;
}

export type StartThread = (registry: string, events: LaneThreadEvents) => LaneThread;

/** Enough for every driver, and an end for one that leaks. Young objects are few. */
const memory = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 2, stackSizeMb: 4 };

export const startWorker: StartThread = (registry, { heard, lost }) => {
  const shared = new SharedArrayBuffer(4);
  const marker = new Int32Array(shared);
  const worker = new Worker(new URL('./sensor-worker.ts', import.meta.url), {
    workerData: { registry, running: shared } satisfies SensorWorkerData,
    resourceLimits: memory,
    name: 'sensors',
  });
  worker.on('message', heard);
  worker.on('error', (error: unknown) => {
    lost(`Its driver crashed: ${error instanceof Error ? error.message : String(error)}`);
  });
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      resolve();
      lost('Its driver ended its worker.');
    });
  });
  return {
    get running() {
      return Atomics.load(marker, 0) || undefined;
    },
    say: (message) => worker.postMessage(message),
    end: async () => {
      await worker.terminate();
    },
    ended,
  };
};

/**
 * Without a thread: 13 MB less. For drivers that are known to give way, such as those of the host and simulated ones
 * within a node; one that does not would hold up everything else.
 */
export const startInline: StartThread = (registry, { heard }) => {
  let runner: DriverRunner | undefined;
  let isOver = false;
  const ended = Promise.withResolvers<void>();
  void import(registry).then(({ openDriver: open }: { openDriver: typeof openDriver }) => {
    if (isOver) return;
    runner = new DriverRunner({
      openDriver: open,
      mark: () => undefined,
      say: (message) => !isOver && heard(message),
    });
    heard({ kind: 'ready' });
  });
  const end = (): void => {
    isOver = true;
    runner?.end();
    ended.resolve();
  };
  return {
    running: undefined,
    say: (message) => (message.kind === 'end' ? end() : runner?.take(message)),
    end: async () => end(),
    ended: ended.promise,
  };
};
