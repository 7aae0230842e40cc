import { expect, test } from 'vitest';
import { scoreDetections } from './nab-score.ts';

const windows = [
  { fromMs: 1_000, toMs: 2_000 },
  { fromMs: 5_000, toMs: 6_000 },
];

test('all at once and nothing wrong is 100, silence is 0', () => {
  expect(scoreDetections([1_000, 5_000], windows, 0)).toMatchObject({
    found: 2,
    falseAlarms: 0,
    precision: 1,
    nab: 100,
  });
  expect(scoreDetections([], windows, 0)).toMatchObject({ found: 0, recall: 0, precision: 1, nab: 0 });
});

test('late is worth less, false alarms cost, more so far from any window', () => {
  const early = scoreDetections([1_100, 5_100], windows, 0).nab;
  expect(scoreDetections([1_900, 5_900], windows, 0).nab).toBeLessThan(early);
  const near = scoreDetections([1_100, 2_100, 5_100], windows, 0);
  expect(near).toMatchObject({ falseAlarms: 1, precision: 2 / 3 });
  expect(near.nab).toBeLessThan(early);
  expect(scoreDetections([1_100, 4_900, 5_100], windows, 0).nab).toBeLessThan(near.nab);
});

test('a second detection in a window changes nothing, and learning does not count', () => {
  const one = scoreDetections([1_100], windows, 0);
  expect(scoreDetections([1_100, 1_200], windows, 0).nab).toBe(one.nab);
  expect(scoreDetections([10, 20, 1_100], windows, 500)).toEqual(one);
});
