/**
 * A worker and the sensors that live and fail together in it.
 *
 *   starting ──ready──▶ up ──silent, crashed──▶ down ──backoff──▶ starting …
 *
 * While reads are out the worker is asked every second whether it is there. One that does not answer twice is ended:
 * some driver keeps its thread busy, and `running` tells which.
 */
import { ExponentialBackoff, type Random } from '@bothy/protocols';
import type { Clock, TimerHandle, Timers } from '@bothy/runtime';
import type { DriverOptions } from '../driver-options.ts';
import type { SensorFault, SensorValue } from '../sensor-driver.ts';
import type { LaneThread, StartThread } from './lane-thread.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

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
  readonly startThread: StartThread;
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

export class SensorLane {
  readonly #options: SensorLaneOptions;
  readonly #backoff: ExponentialBackoff;
  readonly #sensors = new Map<number, DriverOptions>();
  /** Reads that are out. */
  readonly #out = new Set<number>();
  readonly #breaking = new Map<number, (ok: boolean) => void>();
  #thread: LaneThread | undefined;
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
    else if (this.#thread === undefined && this.#timer === undefined) this.#start();
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
    const thread = this.#thread;
    this.#forget();
    if (thread === undefined) return;
    thread.say({ kind: 'end' });
    await Promise.race([thread.ended, this.#after(endMs)]);
    await Promise.race([thread.end(), this.#after(endMs)]);
  }

  #start(): void {
    const { timers, registry, startThread } = this.#options;
    this.#timer = timers.set(startMs, () => this.#fail('hung', 'Its worker does not start.'));
    const thread: LaneThread = startThread(registry, {
      heard: (message) => {
        if (this.#thread === thread) this.#heard(message);
      },
      lost: (sentence) => {
        if (this.#thread === thread) this.#fail('failing', sentence);
      },
    });
    this.#thread = thread;
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
    const thread = this.#thread;
    const culprit = thread?.running ?? [...this.#out][0];
    const { timers, clock } = this.#options;
    timers.clear(this.#timer);
    if (this.#up && clock.monoMs() - this.#upSinceMs > steadyMs) this.#backoff.reset();
    this.#forget();
    void thread?.end();
    this.#timer = timers.set(this.#backoff.next() ?? 0, () => this.#start());
    this.#options.down({ culprit, state, sentence });
  }

  #forget(): void {
    this.#thread = undefined;
    this.#up = false;
    this.#asked = 0;
    this.#out.clear();
    for (const resolve of this.#breaking.values()) resolve(false);
    this.#breaking.clear();
  }

  #say(message: ToWorker): void {
    if (this.#up) this.#thread?.say(message);
  }

  #after(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.timers.set(ms, resolve));
  }
}
