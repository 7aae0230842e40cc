import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Random } from '../random.ts';
import { ExponentialBackoff, type ExponentialBackoffOptions } from './exponential-backoff.ts';

/** Gives these numbers, and counts them. */
class FixedRandom implements Random {
  used = 0;
  readonly #numbers: readonly number[];

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  next(): number {
    this.used += 1;
    return this.#numbers[(this.used - 1) % this.#numbers.length] ?? 0;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }
}

const link: ExponentialBackoffOptions = {
  baseMs: 1_000,
  factor: 2,
  maxMs: 60_000,
  maxAttempts: 5,
  jitter: 'none',
};

function waits(options: Partial<ExponentialBackoffOptions>, numbers: readonly number[] = [0.5], count = 6) {
  const backoff = new ExponentialBackoff({ ...link, ...options }, new FixedRandom(numbers));
  return Array.from({ length: count }, () => backoff.next());
}

describe('waits', () => {
  test('[BO1, BO5] a link waits 1, 2, 4, 8, 16 s and then gives up', () => {
    expect(waits({})).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, undefined]);
  });

  test('[BO2] waits stop growing at the limit, also after very many', () => {
    expect(waits({ maxMs: 3_000 }, [0], 4)).toEqual([1_000, 2_000, 3_000, 3_000]);
    expect(waits({ maxAttempts: Infinity }, [0], 3_000).at(-1)).toBe(60_000);
  });

  test('[BO3] full jitter goes from nothing to the whole wait', () => {
    expect(waits({ jitter: 'full' }, [0, 0.5, 0.75], 3)).toEqual([0, 1_000, 3_000]);
  });

  test('[BO4] equal jitter keeps half of the wait', () => {
    expect(waits({ jitter: 'equal' }, [0, 0.5, 0.75], 3)).toEqual([500, 1_500, 3_500]);
  });

  test('[BO5] attempts are counted, and not beyond the last', () => {
    const backoff = new ExponentialBackoff({ ...link, maxAttempts: 1 }, new FixedRandom([0]));
    expect(backoff.attempts).toBe(0);
    expect([backoff.next(), backoff.next(), backoff.attempts]).toEqual([1_000, undefined, 1]);
    expect(waits({ maxAttempts: 0 }, [0], 1)).toEqual([undefined]);
  });

  test('[BO6] a reset begins again', () => {
    const backoff = new ExponentialBackoff({ ...link, maxAttempts: 2 }, new FixedRandom([0]));
    for (let i = 0; i < 3; i++) backoff.next();
    backoff.reset();
    expect(backoff.attempts).toBe(0);
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([1_000, 2_000, undefined]);
  });

  test('[BO7] one random number a wait, and none without jitter or after the last', () => {
    const used = (jitter: ExponentialBackoffOptions['jitter']): number => {
      const random = new FixedRandom([0.5]);
      const backoff = new ExponentialBackoff({ ...link, jitter }, random);
      for (let i = 0; i < 9; i++) backoff.next();
      return random.used;
    };
    expect([used('none'), used('full'), used('equal')]).toEqual([0, 5, 5]);
  });
});

test('[BO1, BO2, BO3, BO4] waits agree with multiplying step by step', () => {
  const options = fc.record({
    baseMs: fc.integer({ min: 1, max: 5_000 }),
    factor: fc.integer({ min: 1, max: 5 }),
    maxMs: fc.integer({ min: 5_000, max: 100_000 }),
    maxAttempts: fc.nat(12),
    jitter: fc.constantFrom('none' as const, 'full' as const, 'equal' as const),
  });
  const share = fc.integer({ min: 0, max: 999 }).map((n) => n / 1_000);
  fc.assert(
    fc.property(options, share, (chosen, r) => {
      let uncappedMs = chosen.baseMs;
      for (const waitMs of waits(chosen, [r], chosen.maxAttempts)) {
        const wholeMs = Math.min(uncappedMs, chosen.maxMs);
        const jittered = { none: wholeMs, full: r * wholeMs, equal: wholeMs / 2 + (r * wholeMs) / 2 };
        expect(waitMs).toBeCloseTo(jittered[chosen.jitter], 6);
        uncappedMs *= chosen.factor;
      }
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('[BO8] options out of their range throw', () => {
  const wrong: Partial<ExponentialBackoffOptions>[] = [
    { baseMs: 0 },
    { baseMs: Number.NaN },
    { factor: 0.9 },
    { factor: Infinity },
    { maxMs: 999 },
    { maxMs: Infinity },
    { maxAttempts: -1 },
    { maxAttempts: 1.5 },
    { maxAttempts: Number.NaN },
  ];
  for (const options of wrong) expect(() => waits(options)).toThrow(RangeError);
});
