/** A delivery on its way: attempts, waits between them, and when it is given up. Rules TRT8 to TRT10 in SPEC.md. */
import {
  type CircuitBreaker,
  type CircuitCall,
  ExponentialBackoff,
  type Now,
  type Random,
} from '@bothy/protocols';
import { monoOf } from './ages.ts';
import type { Delivery } from './records.ts';

/** 1 s, 2 s, 4 s … up to ten minutes, each half of it and up to half more. */
const waits = {
  baseMs: 1_000,
  factor: 2,
  maxMs: 600_000,
  maxAttempts: Infinity,
  jitter: 'equal',
} as const;

export class Attempts {
  delivery: Delivery;
  /** The one that is being made, with the breaker that let it through; undefined between two. */
  call: { readonly call: CircuitCall; readonly breaker: CircuitBreaker } | undefined;
  /** Counts attempts since our start, so that an answer to an earlier one is told. */
  attempt = 0;
  readonly #backoff: ExponentialBackoff;
  readonly #madeMonoMs: number;

  constructor(delivery: Delivery, random: Random, now: Now) {
    this.delivery = delivery;
    this.#backoff = new ExponentialBackoff(waits, random);
    this.#madeMonoMs = monoOf(delivery.madeMs, now);
    // Of one that waited ten minutes already the first wait is not a second again. Ten failures reach the limit.
    for (let failed = 0; failed < Math.min(delivery.failures, 10); failed++) this.#backoff.next();
  }

  get timerKey(): string {
    return `delivery ${this.delivery.id}`;
  }

  ageMs(now: Now): number {
    return now.monoMs - this.#madeMonoMs;
  }

  /** Counts a failure; how long to wait. */
  failed(): number {
    this.delivery = { ...this.delivery, failures: this.delivery.failures + 1 };
    return this.#backoff.next() ?? waits.maxMs;
  }
}
