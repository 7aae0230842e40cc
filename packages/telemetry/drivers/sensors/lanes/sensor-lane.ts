/**
 * A worker and the sensors that live and fail together in it.
 *
 *   starting ──ready──▶ up ──silent, crashed──▶ down ──backoff──▶ starting …
 *
 * While reads are out the worker is asked every second whether it is there. One that does not answer twice is ended:
 * some driver keeps its thread busy, and `running` tells which.
 */
import { Worker } from 'node:worker_threads';
import { ExponentialBackoff, type Random } from '@bothy/protocols';
import type { Clock, TimerHandle, Timers } from '@bothy/runtime';
import type { DriverOptions } from '../driver-options.ts';
import type { SensorFault, SensorValue } from '../sensor-driver.ts';
import type { FromWorker, SensorWorkerData, ToWorker } from './worker-messages.ts';

export type LaneAnswer =
  | {
      readonly kind: 'value';
      readonly id: number;
      readonly turn: number;
      readonly value: SensorValue | undefined;
    }
  | { readonly kind: 'failed'; readonly id: number; readonly turn: number; readonly sentence: string };

export interface LaneFall {
  /** The sensor whose code ran, or else the one that was read for longest. */
  readonly culprit: number | undefined;
  /** `hung`: the worker answered nothing. `failing`: it ended by itself. */
  readonly state: 'hung' | 'failing';
  readonly sentence: string;
}

export interface SensorLaneOptions {
  /** URL of the module that opens drivers. */
  readonly registry: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** It takes reads from now on. */
  readonly ready: () => void;
  readonly answered: (answer: LaneAnswer) => void;
  /** It takes none until it is ready again. */
  readonly down: (fall: LaneFall) => void;
}

const watchMs = 1_000;
/** A worker that lasted so long is a good one: its end is answered quickly. */
const steadyMs = 60_000;
/** A loaded single-board computer needs seconds to load a worker's code. */
const startMs = 30_000;
/** Drivers let go of their programs and connections by then. */
const endMs = 300;
/** Enough for every driver, and an end for one that leaks. Young objects are few. */
const memory = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 2, stackSizeMb: 4 };

export class SensorLane {
  readonly #options: SensorLaneOptions;
  readonly #backoff: ExponentialBackoff;
  readonly #sensors = new Map<number, DriverOptions>();
  /** Reads that are out. */
  readonly #out = new Set<number>();
  readonly #breaking = new Map<number, (ok: boolean) => void>();
  #worker: Worker | undefined;
  #running = new Int32Array(new SharedArrayBuffer(4));
  #up = false;
  #upSinceMs = 0;
  #stopped = false;
  /** Pings since it was last heard. */
  #asked = 0;
  #timer: TimerHandle | undefined;
  #breaks = 0;

  constructor(options: SensorLaneOptions) {
    this.#options = options;
    const waits = { baseMs: 500, factor: 3, maxMs: 300_000, maxAttempts: Infinity, jitter: 'equal' } as const;
    this.#backoff = new ExponentialBackoff(waits, options.random);
  }

  get up(): boolean {
    return this.#up;
  }

  /** It was asked whether it is there, and has said nothing since. */
  get silent(): boolean {
    return this.#asked > 0;
  }

  ask(): void {
    if (this.#asked > 0) return;
    this.#asked = 1;
    this.#say({ kind: 'ping' });
  }

  open(id: number, options: DriverOptions): void {
    this.#sensors.set(id, options);
    if (this.#up) this.#say({ kind: 'open', id, options });
    else if (this.#worker === undefined && this.#timer === undefined) this.#start();
  }

  close(id: number): void {
    this.#sensors.delete(id);
    this.#out.delete(id);
    this.#say({ kind: 'close', id });
  }

  /** `answered` follows, unless it is given up or the lane goes down before that. */
  read(id: number, turn: number): void {
    this.#out.add(id);
    this.#say({ kind: 'read', id, turn });
    if (this.#out.size === 1) this.#watch();
  }

  giveUp(id: number, turn: number): void {
    this.#out.delete(id);
    this.#say({ kind: 'giveUp', id, turn });
  }

  /** Whether the sensor can be broken and mended on command. */
  break(id: number, fault: SensorFault): Promise<boolean> {
    if (!this.#up) return Promise.resolve(false);
    this.#breaks += 1;
    const turn = this.#breaks;
    return new Promise((resolve) => {
      this.#breaking.set(turn, resolve);
      this.#say({ kind: 'break', id, turn, fault });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#options.timers.clear(this.#timer);
    const worker = this.#worker;
    this.#forget();
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage({ kind: 'end' } satisfies ToWorker);
    await Promise.race([ended, this.#after(endMs)]);
    // One that hangs in the kernel ends when that lets it go.
    await Promise.race([worker.terminate(), this.#after(endMs)]);
  }

  #start(): void {
    this.#timer = undefined;
    const { timers, registry } = this.#options;
    const running = new SharedArrayBuffer(4);
    this.#running = new Int32Array(running);
    const worker = new Worker(new URL('./sensor-worker.ts', import.meta.url), {
      workerData: { registry, running } satisfies SensorWorkerData,
      resourceLimits: memory,
      name: 'sensors',
    });
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => {
      if (this.#worker === worker) this.#heard(message);
    });
    worker.on('error', (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      if (this.#worker === worker) this.#fail('failing', `Its driver crashed: ${why}`);
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#fail('failing', 'Its driver ended its worker.');
    });
    this.#timer = timers.set(startMs, () => this.#fail('hung', 'Its worker does not start.'));
  }

  #heard(message: FromWorker): void {
    this.#asked = 0;
    switch (message.kind) {
      case 'ready':
        this.#options.timers.clear(this.#timer);
        this.#timer = undefined;
        this.#up = true;
        this.#upSinceMs = this.#options.clock.monoMs();
        for (const [id, options] of this.#sensors) this.#say({ kind: 'open', id, options });
        return this.#options.ready();
      case 'pong':
        return;
      case 'broken':
        this.#breaking.get(message.turn)?.(message.ok);
        this.#breaking.delete(message.turn);
        return;
      case 'value':
      case 'failed':
        this.#out.delete(message.id);
        return this.#options.answered(message);
    }
  }

  #watch(): void {
    if (this.#timer !== undefined || !this.#up) return;
    this.#asked += 1;
    this.#say({ kind: 'ping' });
    this.#timer = this.#options.timers.set(watchMs, () => {
      this.#timer = undefined;
      // Twice, for a process that was stopped and goes on finds its timer due before any answer is read.
      if (this.#asked >= 2) this.#fail('hung', 'Its driver keeps its worker busy.');
      else if (this.#out.size > 0 || this.#asked > 0) this.#watch();
    });
  }

  #fail(state: LaneFall['state'], sentence: string): void {
    if (this.#stopped) return;
    const worker = this.#worker;
    const culprit = Atomics.load(this.#running, 0) || [...this.#out][0];
    const { timers, clock } = this.#options;
    timers.clear(this.#timer);
    if (this.#up && clock.monoMs() - this.#upSinceMs > steadyMs) this.#backoff.reset();
    this.#forget();
    void worker?.terminate();
    this.#timer = timers.set(this.#backoff.next() ?? 0, () => this.#start());
    this.#options.down({ culprit, state, sentence });
  }

  #forget(): void {
    this.#worker = undefined;
    this.#up = false;
    this.#asked = 0;
    this.#out.clear();
    for (const resolve of this.#breaking.values()) resolve(false);
    this.#breaking.clear();
  }

  #say(message: ToWorker): void {
    if (this.#up) this.#worker?.postMessage(message);
  }

  #after(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.timers.set(ms, resolve));
  }
}
