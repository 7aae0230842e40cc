/** The thread of a lane. Started by `lane-thread.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { collectThreadStart } from '@bothy/runtime/node/start-garbage';
import type { openDriver } from '../driver-registry.ts';
import { DriverRunner } from './driver-runner.ts';
import type { FromWorker, SensorWorkerData, ToWorker } from './worker-messages.ts';

const { registry, running } = workerData as SensorWorkerData;
const marker = new Int32Array(running);
const { openDriver: open } = (await import(registry)) as { openDriver: typeof openDriver };
const say = (message: FromWorker): void => parentPort?.postMessage(message);
const runner = new DriverRunner({ openDriver: open, say, mark: (id) => Atomics.store(marker, 0, id) });

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind !== 'end') return runner.take(message);
  runner.end();
  parentPort?.close();
});
say({ kind: 'ready' });
collectThreadStart();
