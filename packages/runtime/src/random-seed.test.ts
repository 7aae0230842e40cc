import { expect, test } from 'vitest';
import { randomSeed } from './random-seed.ts';

test('a seed is 128 bits as hex, another one each time', () => {
  expect(randomSeed()).toMatch(/^[0-9a-f]{32}$/);
  expect(randomSeed()).not.toBe(randomSeed());
});
