import { checkSeeds, expectAtLeast, runSeeds, seedRange } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { founding, growing, roughCluster } from './index.ts';

// Some seconds each where nothing else runs; a machine that does much else beside takes ten times that.
const patienceMs = 300_000;

test(
  '[DR20, DR22, DR23] 150 seeds of a rough cluster: one order of all commands, and all know the same',
  () => {
    const counts = runSeeds(roughCluster, 1, 150);
    expectAtLeast(counts, { acknowledged: 150 * 80, boots: 150 * 5, refused: 5 });
    // A checker that gives up shows nothing.
    expect(counts.unjudged).toBeLessThanOrEqual(2);
  },
  patienceMs,
);

test(
  '[DR26, DR27, DR28, DR31] 200 seeds of nodes that start at once: one directory, and nothing is lost',
  () => {
    expectAtLeast(runSeeds(founding, 1, 200), { acknowledged: 200 * 50, boots: 200 * 4, nodes: 200 * 3 });
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
