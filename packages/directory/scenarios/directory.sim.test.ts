import { checkSeeds, replayCommand, type Scenario, seedRange } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { founding, growing, roughCluster } from './index.ts';

/** Runs each seed once. A failure says how to replay it. */
function runSeeds(scenario: Scenario, from: number, count: number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const seed of seedRange(from, count)) {
    try {
      const { counts } = scenario.run(seed);
      for (const [name, value] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + value;
    } catch (thrown) {
      throw new Error(`${String(thrown)}\n  ${replayCommand(scenario.name, seed)}`, { cause: thrown });
    }
  }
  return sums;
}

/** Each of these happened at least so often. */
function expectAtLeast(counts: Readonly<Record<string, number>>, least: Readonly<Record<string, number>>) {
  for (const [name, count] of Object.entries(least)) {
    expect(counts[name] ?? 0, name).toBeGreaterThanOrEqual(count);
  }
}

// Some seconds each where nothing else runs; a machine that does much else beside takes ten times that.
const patienceMs = 300_000;

test(
  '[DR20, DR22, DR23] 100 seeds of a rough cluster: one order of all commands, and all know the same',
  () => {
    const counts = runSeeds(roughCluster, 1, 100);
    expectAtLeast(counts, { acknowledged: 100 * 80, boots: 100 * 5, refused: 5 });
    // A checker that gives up shows nothing.
    expect(counts.unjudged).toBeLessThanOrEqual(2);
  },
  patienceMs,
);

test(
  '[DR26, DR27, DR28, DR31] 120 seeds of nodes that start at once: one directory, and nothing is lost',
  () => {
    expectAtLeast(runSeeds(founding, 1, 120), { acknowledged: 120 * 50, boots: 120 * 4, nodes: 120 * 3 });
  },
  patienceMs,
);

test(
  '[DR29, DR32, DR33, DR34, DR35] 80 seeds of nodes that come, are lost, forgotten and come back',
  () => {
    const counts = runSeeds(growing, 1, 80);
    expectAtLeast(counts, { acknowledged: 80 * 200, lostDisks: 8, forgotten: 8, forced: 8 });
  },
  patienceMs,
);

test.each([roughCluster, founding, growing])(
  '$name is the same each time',
  (scenario) => {
    const { failure } = checkSeeds(scenario, seedRange(1_001, 10));
    expect(failure, `${failure?.error.message}\n  ${failure?.replay}`).toBeUndefined();
  },
  patienceMs,
);
