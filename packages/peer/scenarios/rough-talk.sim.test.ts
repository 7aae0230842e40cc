import { checkSeeds, runSeeds, seedRange } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { calmTalk, hostileBroker, liesAlone, roughTalk } from './index.ts';

test('300 seeds of rough talk, each twice: all converge, no tick lies, byte-identical traces', () => {
  const seeds = 300;
  const outcome = checkSeeds(roughTalk, seedRange(1, seeds));
  expect(outcome.failure, `${outcome.failure?.error.message}\n  ${outcome.failure?.replay}`).toBeUndefined();
  expect(outcome.passed).toBe(seeds);
  // The faults really happened: more than one start a device, and most messages were written all the same.
  expect(outcome.counts.boots).toBeGreaterThan(seeds * 6);
  expect(outcome.counts.acknowledged).toBeGreaterThan(seeds * 40);
  // Both sides of each link know what time it is at the other.
  expect(outcome.counts.clocks).toBeGreaterThan(seeds * 8);
});

test('700 more seeds of rough talk', () => {
  expect(runSeeds(roughTalk, 301, 700).acknowledged).toBeGreaterThan(700 * 40);
});

test('200 seeds with a broker that also lies: it is refused, and nothing is lost', () => {
  expect(runSeeds(hostileBroker, 1, 200).refused).toBeGreaterThan(1_000);
});

test('200 seeds of lies alone: everything written arrives', () => {
  const { written, acknowledged, refused } = runSeeds(liesAlone, 1, 200);
  expect(acknowledged).toBe(written);
  expect(refused).toBeGreaterThan(100);
});

test('on a good network a link costs at most 8 envelopes, and messages and idle time cost none', () => {
  for (const seed of seedRange(1, 20)) {
    const { counts } = calmTalk.run(seed);
    expect(counts.written).toBe(20);
    // Two presences, a request (or two, both answered), and the link.
    expect(counts.envelopes).toBeLessThanOrEqual(2 + 4 + 8);
  }
});
