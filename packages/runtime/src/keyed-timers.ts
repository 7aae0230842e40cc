/**
 * A core's timers: one per key, none before its time, none after it was
 * replaced or cleared. Rules LP12 to LP15 in SPEC.md.
 */
import type { Clock, TimerHandle, Timers } from './ports.ts';

interface KeyedTimer {
  /** By the monotonic clock. */
  readonly dueMs: number;
  handle: TimerHandle;
}

/** A platform that called early is asked again for at least this long, so that time always moves on. */
const leastWaitMs = 0.001;

export class KeyedTimers {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #fire: (key: string) => void;
  readonly #running = new Map<string, KeyedTimer>();

  constructor(clock: Clock, timers: Timers, fire: (key: string) => void) {
    this.#clock = clock;
    this.#timers = timers;
    this.#fire = fire;
  }

  /** Throws a RangeError when `afterMs` is not a number or has no end; below 0 counts as 0. */
  set(key: string, afterMs: number): void {
    if (!(afterMs < Number.POSITIVE_INFINITY)) throw new RangeError(`timer ${key}: not a time: ${afterMs}`);
    this.clear(key);
    const waitMs = Math.max(0, afterMs);
    const timer: KeyedTimer = { dueMs: this.#clock.monoMs() + waitMs, handle: undefined };
    this.#running.set(key, timer);
    this.#arm(key, timer, waitMs);
  }

  clear(key: string): void {
    const timer = this.#running.get(key);
    if (timer === undefined) return;
    this.#running.delete(key);
    this.#timers.clear(timer.handle);
  }

  clearAll(): void {
    for (const { handle } of this.#running.values()) this.#timers.clear(handle);
    this.#running.clear();
  }

  #arm(key: string, timer: KeyedTimer, waitMs: number): void {
    timer.handle = this.#timers.set(waitMs, () => {
      // The platform may have queued this call already when the timer was cleared or replaced.
      if (this.#running.get(key) !== timer) return;
      // Platforms cut long waits short, and round: Node's may call up to a millisecond early.
      const leftMs = timer.dueMs - this.#clock.monoMs();
      if (leftMs > 0) return this.#arm(key, timer, Math.max(leftMs, leastWaitMs));
      this.#running.delete(key);
      this.#fire(key);
    });
  }
}
