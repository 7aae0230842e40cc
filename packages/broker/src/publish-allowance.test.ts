import { expect, test } from 'vitest';
import { PublishAllowance } from './publish-allowance.ts';

const rate = { messagesPerSecond: 2, messagesBurst: 3, bytesPerSecond: 100, bytesBurst: 200 };
const takes = (allowance: PublishAllowance, sizes: readonly number[], nowMs: number): boolean[] =>
  sizes.map((size) => allowance.take(size, nowMs));

test('[BR15] a burst passes, then as much as time has filled', () => {
  const allowance = new PublishAllowance(rate, 0);
  expect(takes(allowance, [1, 1, 1, 1], 0)).toEqual([true, true, true, false]);
  expect(takes(allowance, [1], 499)).toEqual([false]);
  expect(takes(allowance, [1, 1], 500)).toEqual([true, false]);
  expect(takes(allowance, [1, 1, 1, 1], 3_600_000)).toEqual([true, true, true, false]);
});

test('[BR15] bytes are counted as well, and what is refused takes none', () => {
  const allowance = new PublishAllowance(rate, 0);
  expect(takes(allowance, [150, 51, 50], 0)).toEqual([true, false, true]);
});

test('[BR15] a clock that goes back takes nothing away', () => {
  const allowance = new PublishAllowance(rate, 1_000);
  expect(takes(allowance, [1, 1, 1], 0)).toEqual([true, true, true]);
});
