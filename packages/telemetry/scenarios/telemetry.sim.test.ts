import { checkSeeds, expectAtLeast, runSeeds, seedRange } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { calmEdges, dayOffline, plainDevices, roughEdges } from './index.ts';

test('[TO2, TO4, TO6, TO9, TI1, TI4, TI8, TH2] 160 seeds of rough edges: each reading once, no alarm of old data, all in order again', () => {
  const counts = runSeeds(roughEdges, 1, 160);
  // The faults really happened, and edges, home and broker did everything that can be done.
  expectAtLeast(counts, { made: 160 * 150, late: 160 * 20, live: 160 * 80, doubled: 160 * 20 });
  expectAtLeast(counts, { boots: 160 * 8, broken: 160 * 8, wills: 160 * 4, moves: 160, alarms: 160 * 3 });
  // The directory was asked, did not answer now and then, or nobody knew whether it had; nodes were lost for good.
  expectAtLeast(counts, { homesAsked: 160, homesRefused: 60, homesLost: 20, lostNodes: 8 });
  expect(counts.unjudged).toBe(0);
  expectAtLeast(counts, { givenUp: 200, refused: 160, toldStored: 160 * 50 });
});

test('[TN3, TN7, TN10, TN11] 60 seeds of plain devices that change homes, also to nodes that are off: no alarm lost, for good, or to be acknowledged twice', () => {
  const counts = runSeeds(plainDevices, 1, 60);
  expectAtLeast(counts, { deviceReadings: 60 * 200, deviceAlarms: 60 * 4, acknowledged: 60 * 2 });
  expectAtLeast(counts, { boots: 60 * 5, moves: 60 * 5, lostNodes: 5, doubled: 60 * 10 });
});

test('30 seeds of rough edges, each twice: byte-identical traces', () => {
  const { failure, passed } = checkSeeds(roughEdges, seedRange(1_001, 30));
  expect(failure, `${failure?.error.message}\n  ${failure?.replay}`).toBeUndefined();
  expect(passed).toBe(30);
});

test('[TO4, TO5, TI3, TI7] 5 days without network: everything arrives once, in order, as late, but what did not fit', () => {
  const counts = runSeeds(dayOffline, 1, 5);
  expectAtLeast(counts, { made: 5 * 5_000, late: 5 * 1_500, givenUp: 2_000 });
});

test('on a good day nothing is late, and nothing is given up', () => {
  const { late, givenUp, boots, refused, alarms } = runSeeds(calmEdges, 1, 10);
  expect({ late, givenUp, refused }).toEqual({ late: 0, givenUp: 0, refused: 0 });
  expect(boots).toBeLessThanOrEqual(10 * 5);
  expect(alarms).toBeGreaterThan(20);
});
