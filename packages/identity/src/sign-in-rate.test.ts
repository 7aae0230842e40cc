import { expect, test } from 'vitest';
import { SignInRate } from './sign-in-rate.ts';

const limits = { burst: 2, perSecond: 1, maxAddresses: 2 };

test('[ID17] a burst passes, then one a second, each address for itself', () => {
  const rate = new SignInRate(limits);
  expect([0, 0, 0].map((nowMs) => rate.allows('a', nowMs))).toEqual([true, true, false]);
  expect(rate.allows('b', 0)).toBe(true);
  expect([999, 1_000, 1_001].map((nowMs) => rate.allows('a', nowMs))).toEqual([false, true, false]);
});

test('[ID17] silence fills the bucket to the burst and no further', () => {
  const rate = new SignInRate(limits);
  expect(rate.allows('a', 0)).toBe(true);
  expect([60_000, 60_000, 60_000].map((nowMs) => rate.allows('a', nowMs))).toEqual([true, true, false]);
});

test('[ID17] of too many addresses the one that was silent longest is forgotten', () => {
  const rate = new SignInRate(limits);
  for (const address of ['a', 'a', 'b', 'b', 'a', 'c']) rate.allows(address, 0);
  expect(rate.allows('a', 0)).toBe(false);
  expect(rate.allows('b', 0)).toBe(true);
});
