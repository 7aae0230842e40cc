import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';
import { TokenBuckets } from './token-buckets.ts';

test('[TB1] a new bucket gives its burst at once, and no more', () => {
  const bucket = new TokenBucket({ burst: 3, perSecond: 1 }, 0);
  expect([1, 2, 3, 4].map(() => bucket.take(1, 0))).toEqual([true, true, true, false]);
});

test('[TB2] tokens come back evenly with time, up to the burst', () => {
  const bucket = new TokenBucket({ burst: 2, perSecond: 10 }, 0);
  expect(bucket.take(2, 0)).toBe(true);
  expect(bucket.take(1, 99)).toBe(false);
  expect(bucket.take(1, 100)).toBe(true);
  expect(bucket.holds(2, 3_600_000)).toBe(true);
  expect(bucket.holds(2.1, 3_600_000)).toBe(false);
});

test('[TB3] what cannot be taken whole takes nothing', () => {
  const bucket = new TokenBucket({ burst: 10, perSecond: 0 }, 0);
  expect(bucket.take(11, 0)).toBe(false);
  expect(bucket.take(10, 0)).toBe(true);
});

test('[TB4] a time before the last one fills nothing, then or later', () => {
  const bucket = new TokenBucket({ burst: 10, perSecond: 1 }, 5_000);
  expect(bucket.take(10, 5_000)).toBe(true);
  expect(bucket.take(1, 0)).toBe(false);
  expect(bucket.take(1, 5_999)).toBe(false);
  expect(bucket.take(1, 6_000)).toBe(true);
});

test('[TB1, TB2] in any interval at most the burst and what came back is taken', () => {
  const wait = fc.nat(3_000);
  fc.assert(
    fc.property(fc.array(wait, { maxLength: 200 }), fc.integer({ min: 1, max: 9 }), (waits, burst) => {
      const perSecond = 2;
      const bucket = new TokenBucket({ burst, perSecond }, 0);
      const taken: number[] = [];
      let nowMs = 0;
      for (const each of waits) {
        nowMs += each;
        if (bucket.take(1, nowMs)) taken.push(nowMs);
      }
      for (const [from, start] of taken.entries()) {
        for (const [to, end] of taken.entries()) {
          if (to < from) continue;
          expect(to - from + 1).toBeLessThanOrEqual(burst + (perSecond * (end - start)) / 1_000 + 1e-6);
        }
      }
    }),
  );
});

test('[TB5] options out of their range throw a RangeError', () => {
  for (const burst of [0, -1, Number.NaN, Infinity])
    expect(() => new TokenBucket({ burst, perSecond: 1 }, 0)).toThrow(RangeError);
  for (const perSecond of [-1, Number.NaN, Infinity])
    expect(() => new TokenBucket({ burst: 1, perSecond }, 0)).toThrow(RangeError);
});

test('[TB6] each key has a bucket of its own', () => {
  const buckets = new TokenBuckets({ burst: 1, perSecond: 1, maxKeys: 2 });
  expect(['a', 'a', 'b'].map((key) => buckets.take(key, 1, 0))).toEqual([true, false, true]);
  expect(buckets.take('a', 1, 1_000)).toBe(true);
});

test('[TB7] of more keys than are remembered, the one untouched longest is forgotten, and begins anew', () => {
  const buckets = new TokenBuckets({ burst: 1, perSecond: 0, maxKeys: 2 });
  for (const key of ['a', 'b', 'a', 'c']) buckets.take(key, 1, 0);
  expect(['a', 'c'].map((key) => buckets.take(key, 1, 0))).toEqual([false, false]);
  expect(buckets.take('b', 1, 0)).toBe(true);
  for (const maxKeys of [0, 1.5, Infinity])
    expect(() => new TokenBuckets({ burst: 1, perSecond: 0, maxKeys })).toThrow(RangeError);
});
