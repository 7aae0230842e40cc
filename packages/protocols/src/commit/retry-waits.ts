/** How long both roles wait before they say something again, and what their options must be. */
import type { Random } from '../random.ts';
import { ExponentialBackoff } from '../resilience/exponential-backoff.ts';

/** `baseMs` doubling up to `maxMs`, for ever: who has promised or decided may not give up. Throws a RangeError. */
export function retryWaits(baseMs: number, maxMs: number, random: Random): ExponentialBackoff {
  const maxAttempts = Number.POSITIVE_INFINITY;
  return new ExponentialBackoff({ baseMs, factor: 2, maxMs, maxAttempts, jitter: 'equal' }, random);
}

/** Throws a RangeError when one of these is not finite and above 0. */
export function expectPositive(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} must be finite and above 0`);
  }
}
