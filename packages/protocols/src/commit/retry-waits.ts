/** How long orchestrators, coordinators and participants wait before they say something again, and what options must be. */
import type { Random } from '../random.ts';
import { ExponentialBackoff } from '../resilience/exponential-backoff.ts';

/** `baseMs` doubling up to `maxMs`, for ever: who has promised or decided may not give up. */
export class RetryWaits {
  readonly #backoff: ExponentialBackoff;
  readonly #maxMs: number;

  /** Throws a RangeError unless `baseMs` is above 0 and `maxMs` finite and at least that. */
  constructor(baseMs: number, maxMs: number, random: Random) {
    const maxAttempts = Number.POSITIVE_INFINITY;
    this.#backoff = new ExponentialBackoff(
      { baseMs, factor: 2, maxMs, maxAttempts, jitter: 'equal' },
      random,
    );
    this.#maxMs = maxMs;
  }

  nextMs(): number {
    // There always is one; the type does not know.
    return this.#backoff.next() ?? this.#maxMs;
  }

  /** The next wait is the first one again. */
  reset(): void {
    this.#backoff.reset();
  }
}

/** Throws a RangeError when one of these is not finite and above 0. */
export function expectPositive(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} must be finite and above 0`);
  }
}
