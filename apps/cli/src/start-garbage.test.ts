import { expect, test } from 'vitest';
import { isWorthCollecting } from './start-garbage.ts';

const mega = 1_024 * 1_024;

test('memory is given back once a burst is over, and not for little, while busy, or before the start is collected', () => {
  expect(isWorthCollecting(300 * mega, 120 * mega, 0.02)).toBe(true);
  expect(isWorthCollecting(300 * mega, 120 * mega, 0.5)).toBe(false);
  expect(isWorthCollecting(150 * mega, 120 * mega, 0.02)).toBe(false);
  expect(isWorthCollecting(300 * mega, undefined, 0.02)).toBe(false);
});
