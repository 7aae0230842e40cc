import { expectAtLeast, runSeeds } from '@bothy/simulator';
import { expect, test } from 'vitest';
import {
  calmCluster,
  deletions,
  failedNode,
  longLog,
  manyNodes,
  silentNode,
  withDirectory,
} from './index.ts';

test('50 seeds with the replicated directory beside the rooms: each room is claimed once, and what was buried is gone', () => {
  const counts = runSeeds(withDirectory, 1, 50);
  expectAtLeast(counts, {
    claims: 50 * 20,
    takenIn: 50 * 2,
    starts: 50 * 6,
    directoryRefused: 50,
    create: 50,
  });
  expectAtLeast(counts, { acknowledged: 50 * 15, deleted: 8, boots: 50 * 5 });
  // A checker that gives up shows nothing.
  expect(counts).toMatchObject({ unjudged: 0, unjudgedRooms: 0 });
}, 300_000);

test('300 seeds of deletions with crashes of whoever takes part: on all nodes or on none', () => {
  const counts = runSeeds(deletions, 1, 300);
  expectAtLeast(counts, {
    deleted: 300,
    aborted: 100,
    crashesAtDeletion: 300,
    lostVoters: 35,
    lostCoordinators: 15,
  });
});

test('200 seeds of a node that fails: who was there is away at once, and leaves after 60 s', () => {
  expectAtLeast(runSeeds(failedNode, 1, 200), { left: 600, stayed: 1_500 });
});

test('200 seeds of a long log: what is left out is named, and little is never left out', () => {
  expectAtLeast(runSeeds(longLog, 1, 200), { gaps: 200, entries: 400_000 });
});

test('40 seeds of a rough cluster of 11 to 14 nodes, which ask by SWIM who is gone', () => {
  const counts = runSeeds(manyNodes, 1, 40);
  expectAtLeast(counts, { nodes: 40 * 12, boots: 40 * 13, acknowledged: 40 * 20 });
});

test('100 seeds of one of 11 to 20 nodes that falls silent: all find out, and nobody else is held for gone', () => {
  const { others = 0, knownMs = 0 } = runSeeds(silentNode, 1, 100);
  expect(others).toBeGreaterThan(1_000);
  // Without asking, by three heartbeats that did not come, it takes 10 s.
  expect(knownMs / others).toBeLessThan(8_500);
});

test('on a good day everything is acknowledged, and nothing is left out', () => {
  const counts = runSeeds(calmCluster, 1, 30);
  expectAtLeast(counts, { acknowledged: 30 * 40 });
  expect(counts.gaps).toBeUndefined();
  expect(counts.aborted).toBe(0);
  expect(counts.boots).toBe(counts.nodes);
});
