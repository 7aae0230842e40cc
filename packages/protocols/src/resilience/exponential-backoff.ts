/**
 * Exponential backoff: the wait doubles with each failure up to a limit, and
 * jitter keeps many clients from returning at once (Brooker: "Exponential
 * Backoff and Jitter", AWS Architecture Blog 2015). Rules BO1… in SPEC.md.
 */
import type { Random } from '../random.ts';

export interface ExponentialBackoffOptions {
  /** The first wait; above 0. */
  readonly baseMs: number;
  /** What each wait is multiplied by; 1 or more. */
  readonly factor: number;
  /** No wait is longer; finite, at least `baseMs`. */
  readonly maxMs: number;
  /** Waits before giving up: a whole number, or Infinity never to give up. */
  readonly maxAttempts: number;
  /**
   * `none`: the wait itself, for one client that nobody imitates. `full`: uniformly from 0 to the
   * wait, which spreads a crowd best. `equal`: half of it, and up to half more, where a wait of
   * nearly nothing would do harm.
   */
  readonly jitter: 'none' | 'full' | 'equal';
}

export class ExponentialBackoff {
  readonly #options: ExponentialBackoffOptions;
  readonly #random: Random;
  #attempts = 0;

  constructor(options: ExponentialBackoffOptions, random: Random) {
    const { baseMs, factor, maxMs, maxAttempts } = options;
    if (!(baseMs > 0)) throw new RangeError('baseMs must be above 0');
    if (!(factor >= 1 && factor < Infinity)) throw new RangeError('factor must be finite and at least 1');
    if (!(maxMs >= baseMs && maxMs < Infinity))
      throw new RangeError('maxMs must be finite and at least baseMs');
    if (!(maxAttempts === Infinity || (Number.isInteger(maxAttempts) && maxAttempts >= 0))) {
      throw new RangeError('maxAttempts must be a whole number or Infinity');
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
