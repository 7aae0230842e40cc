/** Puts an edge together and runs it: sensors, core, store, connection. A store that fails is tried again until it works. */
import { join } from 'node:path';
import { ExponentialBackoff, seededRandom } from '@bothy/protocols';
import { type Clock, randomSeed, type TimerHandle, type Timers } from '@bothy/runtime';
import { nodeClock, nodeTimers } from '@bothy/runtime/node';
import { SqliteEdgeStore } from '@bothy/telemetry/drivers/edge-store';
import type { EdgeInput } from '@bothy/telemetry/edge-core';
import { BothyError, type EdgeId, type SensorStatus } from '@bothy/wire';
import manifest from '../package.json' with { type: 'json' };
import type { EdgeSetup } from './config/index.ts';
import { EdgeInstance } from './edge-instance.ts';
import type { EdgeLog } from './edge-log.ts';
import { OwnResources } from './own-resources.ts';
import { SensorDesk } from './sensor-desk.ts';

export interface StartEdgeOptions {
  readonly log: EdgeLog;
  readonly clock?: Clock;
  readonly timers?: Timers;
  /** Module that opens drivers, as a URL: for sensors of one's own. */
  readonly registry?: string;
  /** Sensors are read in this thread, which saves one: for those of the host and simulated ones. @default false */
  readonly inline?: boolean;
}

export interface RunningEdge {
  readonly id: EdgeId;
  /** Whether it has a connection to its broker now. */
  readonly connected: boolean;
  readonly sensors: readonly SensorStatus[];
  /** Says goodbye and ends everything; takes under two seconds. */
  stop(): Promise<void>;
}

const resourcesMs = 10_000;
/** Sensors are read with the first connection, so that a start has no late readings; without one after this. */
const firstReadsMs = 2_000;

/** Throws a `BothyError` that says what to do; nothing is left running then. */
export function startEdge(setup: EdgeSetup, options: StartEdgeOptions): RunningEdge {
  return new Edge(setup, options);
}

class Edge implements RunningEdge {
  readonly id: EdgeId;
  readonly #setup: EdgeSetup;
  readonly #log: EdgeLog;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #random = seededRandom(randomSeed());
  readonly #store: SqliteEdgeStore;
  readonly #desk: SensorDesk;
  readonly #resources: OwnResources;
  readonly #backoff: ExponentialBackoff;
  #instance: EdgeInstance | undefined;
  #firstReads: TimerHandle | undefined;
  #reading = false;
  #resourcesTimer: TimerHandle | undefined;
  #retryTimer: TimerHandle | undefined;
  #stopped: Promise<void> | undefined;

  constructor(setup: EdgeSetup, options: StartEdgeOptions) {
    const { log, clock = nodeClock, timers = nodeTimers, registry, inline } = options;
    this.id = setup.id;
    this.#setup = setup;
    this.#log = log;
    this.#clock = clock;
    this.#timers = timers;
    const waits = {
      baseMs: 1_000,
      factor: 2,
      maxMs: 30_000,
      maxAttempts: Infinity,
      jitter: 'equal',
    } as const;
    this.#backoff = new ExponentialBackoff(waits, this.#random);
    this.#store = new SqliteEdgeStore(join(setup.dataFolder, `edge-${setup.id}.sqlite`));
    this.#desk = new SensorDesk({
      ...{ sensors: setup.sensors, clock, timers, random: this.#random, registry, inline },
      sampled: (sample) => {
        log.debug({ sensor: sample.sensor, value: sample.value }, 'read');
        this.#submit({ kind: 'sampled', ...sample });
      },
      changed: (status) => this.#sensorChanged(status),
    });
    try {
      this.#begin();
    } catch (thrown) {
      this.#store.close();
      throw thrown;
    }
    this.#resources = new OwnResources(clock);
    this.#tellResources();
    this.#firstReads = timers.set(firstReadsMs, () => this.#read());
    log.info(
      { broker: setup.broker.url, sensors: setup.sensors.length, version: manifest.version },
      'edge started',
    );
  }

  get connected(): boolean {
    return this.#instance?.connected ?? false;
  }

  get sensors(): readonly SensorStatus[] {
    return this.#desk.statuses;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    for (const timer of [this.#retryTimer, this.#resourcesTimer, this.#firstReads]) this.#timers.clear(timer);
    this.#resources.stop();
    await Promise.all([this.#desk.stop(), this.#instance?.end()]);
    this.#store.close();
    this.#log.info('edge stopped');
  }

  #begin(): void {
    const { clock, timers } = { clock: this.#clock, timers: this.#timers };
    this.#instance = new EdgeInstance({
      ...{ setup: this.#setup, version: manifest.version, store: this.#store, clock, timers },
      ...{ random: this.#random, log: this.#log, desk: () => this.#desk },
      connected: () => this.#read(),
      failed: (error) => this.#failed(error),
    });
  }

  /** Begins to read, once. */
  #read(): void {
    if (this.#reading || this.#stopped !== undefined) return;
    this.#reading = true;
    this.#timers.clear(this.#firstReads);
    this.#desk.start();
  }

  #submit(input: EdgeInput): void {
    this.#instance?.submit(input);
  }

  #sensorChanged(status: SensorStatus): void {
    const { sensor, state, sentence } = status;
    if (state === 'ok') this.#log.debug({ sensor }, 'the sensor is well');
    else this.#log.warn({ sensor, state }, sentence ?? 'the sensor is not well');
    this.#submit({ kind: 'sensor', status });
  }

  #tellResources(): void {
    this.#resourcesTimer = this.#timers.set(resourcesMs, () => {
      this.#submit({ kind: 'resources', resources: this.#resources.measure() });
      this.#tellResources();
    });
  }

  /** A full disk is no reason to end: it may be emptied. What is read until then is lost, and said to be. */
  #failed(error: BothyError): void {
    this.#log.error({ code: error.code }, error.message);
    const instance = this.#instance;
    this.#instance = undefined;
    if (this.#stopped !== undefined) return;
    void instance?.end();
    this.#retryTimer = this.#timers.set(this.#backoff.next() ?? 0, () => this.#again());
  }

  #again(): void {
    try {
      this.#begin();
      this.#backoff.reset();
      this.#log.info('the edge goes on from what is stored');
    } catch (thrown) {
      this.#failed(BothyError.from(thrown));
    }
  }
}
