import { expect, test } from 'vitest';
import { HashRing } from './hash-ring.ts';
import { rebalanceReport } from './rebalance-report.ts';

const to = (owner: string | undefined) => () => owner;

test('[RB1] nothing moves where there is nothing, and what nobody owns is nobody’s load', () => {
  const none = { members: [], ownerOf: to(undefined) };
  expect(rebalanceReport([], none, none)).toEqual({
    keys: 0,
    moved: 0,
    leastMoved: 0,
    loads: {},
    imbalance: 1,
  });
  expect(rebalanceReport(['k'], none, none)).toMatchObject({ moved: 0, leastMoved: 0, imbalance: 0 });
  const one = { members: ['a'], ownerOf: to('a') };
  expect(rebalanceReport(['k', 'l'], none, one)).toMatchObject({ moved: 2, leastMoved: 2, loads: { a: 2 } });
  expect(rebalanceReport(['k', 'l'], one, none)).toMatchObject({ moved: 2, leastMoved: 2, loads: {} });
});

test('[RB1] what those that went had, and what those that came are to get: the larger of both', () => {
  const keys = Array.from({ length: 12 }, (_, at) => `${at}`);
  const before = { members: ['a', 'b', 'c'], ownerOf: to('a') };
  const after = { members: ['d', 'c', 'e', 'b'], ownerOf: (key: string) => (key === '0' ? 'x' : 'd') };
  const report = rebalanceReport(keys, before, after);
  expect(report).toMatchObject({ moved: 12, leastMoved: 6, loads: { b: 0, c: 0, d: 11, e: 0, x: 1 } });
  expect(Object.keys(report.loads)).toEqual(['b', 'c', 'd', 'e', 'x']);
  expect(report.imbalance).toBeCloseTo(11 / 3);
});

test('[CH6] no more owners than there are members', () => {
  const ring = new HashRing([{ id: 'a' }, { id: 'b', weight: 0.001 }]);
  expect([...ring.ownersOf('k', 9)].sort()).toEqual(['a', 'b']);
  expect(ring.ownersOf('k', 0)).toEqual([]);
  expect(new HashRing([]).ownersOf('k', 2)).toEqual([]);
});
