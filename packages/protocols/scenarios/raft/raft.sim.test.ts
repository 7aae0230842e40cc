import { checkSeeds, runSeeds, seedRange } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { calmRaft, changesRaft, electionsRaft, leasesRaft, roughRaft } from './index.ts';

/** Of each seed, each of these happened at least so often in the mean. */
function expectMeans(counts: Readonly<Record<string, number>>, seeds: number, least: Record<string, number>) {
  for (const [name, count] of Object.entries(least)) {
    expect((counts[name] ?? 0) / seeds, name).toBeGreaterThanOrEqual(count);
  }
}

/** The faults really happened, and the cluster did everything that it can do. */
const means = {
  ...{ delivered: 3_000, lost: 80, duplicated: 80, reordered: 300, cut: 150 },
  ...{ boots: 12, terms: 5, snapshots: 10, changes: 3, transfers: 1, answered: 100, committed: 70 },
};

test('200 seeds of everything that can go wrong, each twice: Raft keeps its rules, byte-identical traces', () => {
  const { failure, passed, counts } = checkSeeds(roughRaft, seedRange(1, 200));
  expect(failure, `${failure?.error.message}\n  ${failure?.replay}`).toBeUndefined();
  expect(passed).toBe(200);
  expectMeans(counts, 200, means);
});

test('1,800 more seeds', () => {
  expectMeans(runSeeds(roughRaft, 201, 1_800), 1_800, means);
});

test('200 seeds of members that come and go while leaders are cut off', () => {
  expectMeans(runSeeds(changesRaft, 1, 200), 200, { changes: 5, terms: 8, boots: 15, answered: 40 });
});

test('200 seeds of one election after the other', () => {
  expectMeans(runSeeds(electionsRaft, 1, 200), 200, { terms: 4, boots: 60, committed: 20 });
});

test('100 seeds of reads that trust a lease, where one clock runs twice as fast as another', () => {
  expectMeans(runSeeds(leasesRaft, 1, 100), 100, { answered: 700, terms: 4, transfers: 1 });
});

test('on a good day one leader is elected, and everything is answered', () => {
  const counts = runSeeds(calmRaft, 1, 20);
  expectMeans(counts, 20, { answered: 700, committed: 300, snapshots: 15 });
  expect(counts.cut).toBe(0);
  expect(counts.terms).toBeLessThan(30);
});
