/**
 * A process's own clocks, as wrong as real ones: wall time is off and jumps,
 * the quartz runs fast or slow, and monotonic time starts anew with the process.
 */
import type { Clock, TimerHandle, Timers } from '@bothy/runtime';

export interface ClockFaults {
  /** How far the wall clock is off at first; `setSkew` changes it. @default 0 */
  readonly skewMs?: number;
  /** How much faster both clocks run, in millionths. Real ones stay within 100. @default 0 */
  readonly driftPpm?: number;
}

/** The world's true clock and its events. */
export interface TrueTime extends Clock, Timers {}

export class SimClock implements Clock, Timers {
  readonly #world: TrueTime;
  readonly #rate: number;
  #skewMs: number;
  #bootTrueMs = 0;
  #originMs = 0;

  constructor(world: TrueTime, faults: ClockFaults = {}) {
    this.#world = world;
    this.#rate = 1 + (faults.driftPpm ?? 0) / 1_000_000;
    this.#skewMs = faults.skewMs ?? 0;
  }

  /** The process starts: monotonic time begins at `originMs`, with no relation to what it was before. */
  restart(originMs: number): void {
    this.#bootTrueMs = this.#world.monoMs();
    this.#originMs = originMs;
  }

  setSkew(skewMs: number): void {
    this.#skewMs = skewMs;
  }

  monoMs(): number {
    return this.#originMs + (this.#world.monoMs() - this.#bootTrueMs) * this.#rate;
  }

  wallMs(): number {
    const driftMs = this.#world.monoMs() * (this.#rate - 1);
    return Math.max(0, Math.floor(this.#world.wallMs() + driftMs + this.#skewMs));
  }

  set(afterMs: number, fire: () => void): TimerHandle {
    return this.#world.set(afterMs / this.#rate, fire);
  }

  clear(handle: TimerHandle): void {
    this.#world.clear(handle);
  }
}
