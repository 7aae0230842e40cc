import { expect, test, vi } from 'vitest';
import { interleaved } from './interleaved.ts';

test('everybody is measured once a round, another one first each time, and the first round does not count', async () => {
  const seen: string[] = [];
  const rounds = await interleaved(['a', 'b'], { rounds: 2, seconds: 60 }, async (name, counts) => {
    seen.push(counts ? name : `(${name})`);
  });
  expect(rounds).toBe(2);
  expect(seen.join(' ')).toBe('(a) (b) b a a b');
});

test('when the time is over there are no more rounds, but three in any case', async () => {
  let nowMs = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const takes = (ms: number) => async (): Promise<void> => {
    nowMs += ms;
  };
  try {
    expect(await interleaved(['a'], { rounds: 100, seconds: 10 }, takes(1_000))).toBe(9);
    expect(await interleaved(['a'], { rounds: 100, seconds: 10 }, takes(9_000))).toBe(3);
  } finally {
    clock.mockRestore();
  }
});
