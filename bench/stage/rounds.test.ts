import { expect, test } from 'vitest';
import { runRounds } from './rounds.ts';

test('each round asks everybody once, another one first, and warm-up rounds do not count', async () => {
  const asked: string[] = [];
  const contestant = (name: string) => async () => asked.push(name);
  const samples = await runRounds(
    { rounds: 2, warmUpRounds: 1 },
    { a: contestant('a'), b: contestant('b'), c: contestant('c') },
  );
  expect(asked.join('')).toBe('abcbcacab');
  expect(samples).toEqual({ a: [6, 8], b: [4, 9], c: [5, 7] });
});
