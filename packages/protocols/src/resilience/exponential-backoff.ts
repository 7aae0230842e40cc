/**
 * Exponential backoff: the wait doubles with each failure up to a limit, and
 * jitter keeps many clients from returning at once (Brooker: "Exponential
 * Backoff and Jitter", AWS Architecture Blog 2015). Rules BO1… in SPEC.md.
 */
import type { Random } from '../random.ts';

export interface ExponentialBackoffOptions {
  /** The first wait. */
  readonly baseMs: number;
  /** What each wait is multiplied by; 1 or more. */
  readonly factor: number;
  /** No wait is longer. */
  readonly maxMs: number;
  /** Waits before giving up; Infinity never gives up. */
  readonly maxAttempts: number;
  /** `full`: uniformly from 0 to the wait. `equal`: half of it, and up to half more. */
  readonly jitter: 'none' | 'full' | 'equal';
}

export class ExponentialBackoff {
  readonly #options: ExponentialBackoffOptions;
  readonly #random: Random;
  #attempts = 0;

  constructor(options: ExponentialBackoffOptions, random: Random) {
    const { baseMs, factor, maxMs, maxAttempts } = options;
    if (!(baseMs > 0 && factor >= 1 && maxMs >= baseMs && maxAttempts >= 0)) {
      throw new RangeError('backoff needs baseMs > 0, factor >= 1, maxMs >= baseMs and maxAttempts >= 0');
    }
    this.#options = options;
    this.#random = random;
  }

  /** Waits asked for since the start or the last reset. */
  get attempts(): number {
    return this.#attempts;
  }

  /** How long to wait before the next attempt in milliseconds; undefined once all are used up. */
  next(): number | undefined {
    const { baseMs, factor, maxMs, maxAttempts, jitter } = this.#options;
    if (this.#attempts >= maxAttempts) return undefined;
    const waitMs = Math.min(baseMs * factor ** this.#attempts, maxMs);
    this.#attempts += 1;
    if (jitter === 'none') return waitMs;
    if (jitter === 'full') return this.#random.next() * waitMs;
    return waitMs / 2 + (this.#random.next() * waitMs) / 2;
  }

  /** It worked: the next wait is the first one again. */
  reset(): void {
    this.#attempts = 0;
  }
}
