import { seededRandom } from '@bothy/protocols';
import { expect, test } from 'vitest';
import { IntervalGrid } from './interval-grid.ts';

test('[TD9] lateness does not add up: as many ticks as the time has intervals', () => {
  const random = seededRandom('grid');
  const grid = new IntervalGrid(0, 1_000);
  let ticks = 0;
  while (grid.dueMs < 100_000) {
    grid.advance(grid.dueMs + random.next() * 900);
    ticks += 1;
  }
  expect(ticks).toBe(100);
});

test('[TD9] what was slept through is missed and said, not made up for', () => {
  const grid = new IntervalGrid(500, 1_000);
  expect(grid.advance(500)).toBe(0);
  expect(grid.advance(7_600)).toBe(6);
  expect(grid.dueMs).toBe(8_500);
  grid.change(250, 8_000);
  expect(grid.dueMs).toBe(8_250);
  expect(grid.advance(8_250)).toBe(0);
  expect(grid.dueMs).toBe(8_500);
});
