/**
 * When a sensor is due: at its first time and every interval after that. A read that comes late does not move those that
 * follow, so that a day has as many readings as it should.
 */
export class IntervalGrid {
  #intervalMs: number;
  #dueMs: number;

  constructor(firstMs: number, intervalMs: number) {
    this.#dueMs = firstMs;
    this.#intervalMs = intervalMs;
  }

  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** The next time, monotonic. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** It was done now: on to the next time that is not past. Returns how many were missed. */
  advance(nowMs: number): number {
    const steps = Math.max(1, Math.floor((nowMs - this.#dueMs) / this.#intervalMs) + 1);
    this.#dueMs += steps * this.#intervalMs;
    return steps - 1;
  }

  /** From now on at another interval. */
  change(intervalMs: number, nowMs: number): void {
    this.#intervalMs = intervalMs;
    this.#dueMs = nowMs + intervalMs;
  }
}
