import { checkSeeds, seedRange } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { calmTalk, roughTalk } from './index.ts';

const seeds = 300;

test(`${seeds} seeds of rough talk: all converge, no tick lies, each seed twice the same`, () => {
  const outcome = checkSeeds(roughTalk, seedRange(1, seeds));
  expect(outcome.failure, `${outcome.failure?.error.message}\n  ${outcome.failure?.replay}`).toBeUndefined();
  expect(outcome.passed).toBe(seeds);
  // The faults really happened: several starts a device, and most messages were written all the same.
  expect(outcome.counts.boots).toBeGreaterThan(seeds * 2 * 2);
  expect(outcome.counts.acknowledged).toBeGreaterThan(seeds * 40);
});

test('on a good network a link costs at most 8 envelopes, and messages and idle time cost none', () => {
  for (const seed of seedRange(1, 20)) {
    const { counts } = calmTalk.run(seed);
    expect(counts.written).toBe(20);
    // Two presences, a request (or two, both answered), and the link.
    expect(counts.envelopes).toBeLessThanOrEqual(2 + 4 + 8);
  }
});
