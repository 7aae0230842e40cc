import { expect, test } from 'vitest';
import { branchesByFolder, judgeBranches } from './branch-coverage.ts';

const file = (covered: number, total: number) => ({ branches: { covered, total } });

test('branches are summed by folder, and the total of the report is not a folder', () => {
  const summary = {
    total: file(9, 10),
    '/root/src/random.ts': file(1, 1),
    '/root/src/commit/saga.ts': file(3, 4),
    '/root/src/consensus/raft/member.ts': file(4, 4),
    '/root/src/commit/coordinator.ts': file(1, 1),
  };
  expect(branchesByFolder(summary, '/root/src')).toEqual([
    { folder: '', taken: 1, all: 1 },
    { folder: 'commit', taken: 4, all: 5 },
    { folder: 'consensus/raft', taken: 4, all: 4 },
  ]);
});

test('95 of 100 are enough, 94 are not, and none of none is not', () => {
  const judged = (taken: number, all: number) => judgeBranches([{ folder: 'clocks', taken, all }]);
  expect(judged(95, 100).isEnough).toBe(true);
  expect(judged(94, 100).isEnough).toBe(false);
  expect(judged(0, 0).isEnough).toBe(false);
  expect(judged(94, 100).lines).toEqual([
    '   94.0 % of 100 branches: clocks',
    '   94.0 % of 100 branches: all of packages/protocols, below 95 %',
  ]);
});
