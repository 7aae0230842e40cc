/** Runs drivers, in a worker or beside everything else. It keeps no time and decides nothing: the lane outside does. */
import type { DriverOptions } from '../driver-options.ts';
import type { openDriver } from '../driver-registry.ts';
import type { DriverWorld, SensorDriver } from '../sensor-driver.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

interface OpenSensor {
  readonly options: DriverOptions;
  driver: Promise<SensorDriver> | undefined;
  reading: { readonly turn: number; readonly abort: AbortController } | undefined;
}

export interface DriverRunnerOptions {
  readonly openDriver: typeof openDriver;
  /** Whose code runs now, or 0 for nobody's. */
  readonly mark: (id: number) => void;
  readonly say: (message: FromWorker) => void;
}

const world: DriverWorld = { wallMs: () => Date.now(), monoMs: () => performance.now() };

export class DriverRunner {
  readonly #options: DriverRunnerOptions;
  readonly #sensors = new Map<number, OpenSensor>();

  constructor(options: DriverRunnerOptions) {
    this.#options = options;
  }

  take(message: Exclude<ToWorker, { kind: 'end' }>): void {
    const { say } = this.#options;
    switch (message.kind) {
      case 'open':
        this.#sensors.set(message.id, { options: message.options, driver: undefined, reading: undefined });
        return;
      case 'close':
        this.#letGo(message.id);
        this.#sensors.delete(message.id);
        return;
      case 'read':
        return void this.#read(message.id, message.turn);
      case 'giveUp':
        if (this.#sensors.get(message.id)?.reading?.turn === message.turn) this.#letGo(message.id);
        return;
      case 'break':
        return void this.#break(message);
      case 'ping':
        return say({ kind: 'pong' });
    }
  }

  /** Lets go of everything. */
  end(): void {
    for (const id of this.#sensors.keys()) this.#letGo(id);
    this.#sensors.clear();
  }

  async #read(id: number, turn: number): Promise<void> {
    const sensor = this.#sensors.get(id);
    if (sensor === undefined) return;
    const { say } = this.#options;
    const abort = new AbortController();
    sensor.reading = { turn, abort };
    try {
      const driver = await this.#opened(id, sensor);
      const value = await this.#marked(id, () => driver.read(abort.signal));
      say({ kind: 'value', id, turn, value });
    } catch (thrown) {
      const sentence = thrown instanceof Error ? thrown.message : String(thrown);
      say({ kind: 'failed', id, turn, sentence: sentence.slice(0, 300) });
    } finally {
      if (sensor.reading?.turn === turn) sensor.reading = undefined;
    }
  }

  async #break({ id, turn, fault }: Extract<ToWorker, { kind: 'break' }>): Promise<void> {
    const sensor = this.#sensors.get(id);
    const driver = sensor === undefined ? undefined : await this.#opened(id, sensor).catch(() => undefined);
    driver?.break?.(fault);
    this.#options.say({ kind: 'broken', id, turn, ok: driver?.break !== undefined });
  }

  #opened(id: number, sensor: OpenSensor): Promise<SensorDriver> {
    sensor.driver ??= this.#marked(id, () => this.#options.openDriver(sensor.options, world)).catch(
      (thrown: unknown) => {
        // What was missing may be there the next time.
        sensor.driver = undefined;
        throw thrown;
      },
    );
    return sensor.driver;
  }

  /** Says outside whose code it is, up to its first wait. */
  #marked<T>(id: number, run: () => Promise<T>): Promise<T> {
    this.#options.mark(id);
    try {
      return run();
    } finally {
      this.#options.mark(0);
    }
  }

  #letGo(id: number): void {
    const sensor = this.#sensors.get(id);
    if (sensor === undefined) return;
    sensor.reading?.abort.abort();
    sensor.reading = undefined;
    void sensor.driver?.then((driver) => driver.stop?.()).catch(() => undefined);
    sensor.driver = undefined;
  }
}
