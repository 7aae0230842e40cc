import { checkSeeds, expectAtLeast, runSeeds, seedRange } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { roughCluster } from './index.ts';

test('200 seeds of a rough cluster, each twice: nothing is lost, all agree, byte-identical traces', () => {
  const { failure, passed, counts } = checkSeeds(roughCluster, seedRange(1, 200));
  expect(failure, `${failure?.error.message}\n  ${failure?.replay}`).toBeUndefined();
  expect(passed).toBe(200);
  // The faults really happened, and people did everything that can be done.
  expectAtLeast(counts, {
    boots: 200 * 8,
    acknowledged: 200 * 60,
    shown: 200 * 800,
    deleted: 40,
    aborted: 5,
  });
  expectAtLeast(counts, { redact: 200, edit: 200, pin: 10, ban: 60, invite: 300, setRole: 10, update: 60 });
  // The directory was asked, two asked for one room, and now and then it did not answer, or nobody knew whether it had.
  expectAtLeast(counts, { claims: 1_500, taken: 200, directoryRefused: 250, lostAnswers: 150 });
  expectAtLeast(counts, { history: 600, markRead: 250, create: 250, leave: 250 });
  // A minute or so where nothing else runs; a machine that does much else beside takes ten times that.
}, 900_000);

test('800 more seeds of a rough cluster', () => {
  const counts = runSeeds(roughCluster, 201, 800);
  expectAtLeast(counts, { acknowledged: 800 * 60, boots: 800 * 8, room_not_found: 2 });
  expect(counts.unjudgedRooms).toBe(0);
}, 900_000);
