import { expect, test } from 'vitest';
import { valueRange } from './value-range.ts';

test('[TV18] shows the values with some room, and limits that are near', () => {
  expect(valueRange(20, 30, [])).toEqual([19, 31]);
  expect(valueRange(20, 30, [35, 1_000, -50])).toEqual([18.5, 36.5]);
});

test('[TV18] a steady value has a range, and so has nothing', () => {
  const [low, high] = valueRange(21, 21, []);
  expect(low).toBeLessThan(21);
  expect(high).toBeGreaterThan(21);
  expect(valueRange(null, null, [])).toEqual([0, 1]);
  const [none, some] = valueRange(0, 0, []);
  expect(some).toBeGreaterThan(none);
  const [below, above] = valueRange(null, null, [30]);
  expect(below).toBeLessThan(30);
  expect(above).toBeGreaterThan(30);
});
