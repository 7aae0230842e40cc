import { expect, test } from 'vitest';
import { median, pairedDifference, pairedRatio, percentile } from './statistics.ts';

test('the median lies between the two middle values', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(() => median([])).toThrow('no values');
});

test('a percentile lies between its neighbours', () => {
  const values = Array.from({ length: 101 }, (_, i) => 100 - i);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile([1, 2], 0.99)).toBeCloseTo(1.99);
});

test('differences are taken within pairs, so that what delays both changes nothing', () => {
  const theirs = [1, 9, 2, 40];
  const ours = theirs.map((ms) => ms + 3);
  expect(pairedDifference(ours, theirs)).toEqual({ median: 3, low: 3, high: 3, pairs: 4 });
});

test('ratios are taken within pairs, so a machine that slows down changes nothing', () => {
  const theirs = [10, 20, 40, 80, 160];
  const ours = theirs.map((ms) => ms * 1.5);
  expect(pairedRatio(ours, theirs)).toEqual({ median: 1.5, low: 1.5, high: 1.5, pairs: 5 });
});

test('the interval holds the median, is narrower with more pairs, and the same each time', () => {
  const ratios = [0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4];
  const few = pairedRatio(
    ratios,
    ratios.map(() => 1),
  );
  const manyRatios = Array.from({ length: 40 }, () => ratios).flat();
  const ones = manyRatios.map(() => 1);
  const many = pairedRatio(manyRatios, ones);
  expect(few.low).toBeLessThan(few.median);
  expect(few.high).toBeGreaterThan(few.median);
  expect(many.high - many.low).toBeLessThan(few.high - few.low);
  expect(pairedRatio(manyRatios, ones)).toEqual(many);
});

test('pairs that do not match are a fault', () => {
  expect(() => pairedRatio([1, 2], [1])).toThrow('pairs need');
});
