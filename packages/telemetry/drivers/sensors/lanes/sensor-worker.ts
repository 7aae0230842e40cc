/** A thread that runs drivers. It keeps no time and decides nothing: the lane outside does. */
import { parentPort, workerData } from 'node:worker_threads';
import type { DriverOptions } from '../driver-options.ts';
import type { openDriver } from '../driver-registry.ts';
import type { DriverWorld, SensorDriver } from '../sensor-driver.ts';
import type { FromWorker, SensorWorkerData, ToWorker } from './worker-messages.ts';

interface OpenSensor {
  readonly options: DriverOptions;
  driver: Promise<SensorDriver> | undefined;
  reading: { readonly turn: number; readonly abort: AbortController } | undefined;
}

const { registry, running } = workerData as SensorWorkerData;
const marker = new Int32Array(running);
const sensors = new Map<number, OpenSensor>();
const world: DriverWorld = { wallMs: () => Date.now(), monoMs: () => performance.now() };
const { openDriver: open } = (await import(registry)) as { openDriver: typeof openDriver };

const say = (message: FromWorker): void => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'open':
      sensors.set(message.id, { options: message.options, driver: undefined, reading: undefined });
      return;
    case 'close':
      letGo(message.id);
      sensors.delete(message.id);
      return;
    case 'read':
      return void read(message.id, message.turn);
    case 'giveUp':
      if (sensors.get(message.id)?.reading?.turn === message.turn) letGo(message.id);
      return;
    case 'break':
      return void breakSensor(message);
    case 'ping':
      return say({ kind: 'pong' });
    case 'end':
      for (const id of sensors.keys()) letGo(id);
      parentPort?.close();
  }
});
say({ kind: 'ready' });

async function read(id: number, turn: number): Promise<void> {
  const sensor = sensors.get(id);
  if (sensor === undefined) return;
  const abort = new AbortController();
  sensor.reading = { turn, abort };
  try {
    const driver = await opened(id, sensor);
    const value = await marked(id, () => driver.read(abort.signal));
    say({ kind: 'value', id, turn, value });
  } catch (thrown) {
    const sentence = thrown instanceof Error ? thrown.message : String(thrown);
    say({ kind: 'failed', id, turn, sentence: sentence.slice(0, 300) });
  } finally {
    if (sensor.reading?.turn === turn) sensor.reading = undefined;
  }
}

async function breakSensor({ id, turn, fault }: Extract<ToWorker, { kind: 'break' }>): Promise<void> {
  const sensor = sensors.get(id);
  const driver = sensor === undefined ? undefined : await opened(id, sensor).catch(() => undefined);
  driver?.break?.(fault);
  say({ kind: 'broken', id, turn, ok: driver?.break !== undefined });
}

function opened(id: number, sensor: OpenSensor): Promise<SensorDriver> {
  sensor.driver ??= marked(id, () => open(sensor.options, world)).catch((thrown: unknown) => {
    // What was missing may be there the next time.
    sensor.driver = undefined;
    throw thrown;
  });
  return sensor.driver;
}

/** Says outside whose code it is, up to its first wait. */
function marked<T>(id: number, run: () => Promise<T>): Promise<T> {
  Atomics.store(marker, 0, id);
  try {
    return run();
  } finally {
    Atomics.store(marker, 0, 0);
  }
}

function letGo(id: number): void {
  const sensor = sensors.get(id);
  if (sensor === undefined) return;
  sensor.reading?.abort.abort();
  sensor.reading = undefined;
  void sensor.driver?.then((driver) => driver.stop?.()).catch(() => undefined);
  sensor.driver = undefined;
}
