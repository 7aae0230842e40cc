import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HashRing } from './hash-ring.ts';
import { keyHash } from './key-hash.ts';
import { dayOf, RangePartitions } from './ranges.ts';
import { rebalanceReport } from './rebalance-report.ts';
import { rendezvousOrder, rendezvousOwner } from './rendezvous.ts';

const keys = Array.from({ length: 10_000 }, (_each, at) => `key-${at}`);
const named = (...ids: string[]) => ids.map((id) => ({ id }));
const membersOf = (...ids: string[]) => ({
  members: ids,
  ownerOf: (key: string) => rendezvousOwner(key, named(...ids)),
});

test('[RZ1] the owner does not depend on the order of members; nobody owns where nobody is', () => {
  for (const key of keys.slice(0, 500)) {
    expect(rendezvousOwner(key, named('a', 'b', 'c'))).toBe(rendezvousOwner(key, named('c', 'b', 'a')));
  }
  expect(rendezvousOwner('k', [])).toBeUndefined();
});

test('[RZ1] of two draws alike the lower id is first, whoever is given first', () => {
  // Among so many some draw alike for one key.
  const drawn = new Map<number, string>();
  const seed = keyHash('key');
  const twins: string[][] = [];
  for (let at = 0; twins.length < 3; at += 1) {
    const id = `node-${at}`;
    const draw = keyHash(id, seed);
    const other = drawn.get(draw);
    if (other !== undefined) twins.push([other, id]);
    drawn.set(draw, id);
  }
  for (const pair of twins) {
    expect(rendezvousOrder('key', named(...pair))).toEqual([...pair].sort());
    expect(rendezvousOrder('key', named(...pair.toReversed()))).toEqual([...pair].sort());
  }
});

test('[RZ2] who is next in order owns the key once those before are gone', () => {
  fc.assert(
    fc.property(fc.string(), fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 8 }), (key, ids) => {
      const order = rendezvousOrder(key, named(...ids));
      for (let gone = 0; gone < order.length; gone += 1) {
        expect(rendezvousOwner(key, named(...order.slice(gone)))).toBe(order[gone]);
      }
    }),
    { numRuns: 200 },
  );
});

test('[RZ3] shares are even, what moves is about the least, and spreads over all that stay', () => {
  const report = rebalanceReport(keys, membersOf('a', 'b', 'c', 'd'), membersOf('a', 'b', 'c'));
  expect(report.moved / report.leastMoved).toBeGreaterThan(0.9);
  expect(report.moved / report.leastMoved).toBeLessThan(1.1);
  expect(report.imbalance).toBeLessThan(1.1);
});

test('[RZ4] weights are shares', () => {
  const members = [{ id: 'a', weight: 3 }, { id: 'b' }];
  const own = keys.filter((key) => rendezvousOwner(key, members) === 'a').length;
  expect(own / keys.length).toBeGreaterThan(0.72);
  expect(own / keys.length).toBeLessThan(0.78);
  for (const weight of [0, -1, Number.NaN, Infinity])
    expect(() => rendezvousOwner('k', [{ id: 'a', weight }])).toThrow(RangeError);
});

test('[RG1] a key belongs to the last boundary at or before it', () => {
  const ranges = new RangePartitions([
    { from: 0, owner: 'a' },
    { from: 10, owner: 'b' },
    { from: 20, owner: 'c' },
  ]);
  expect([-1, 0, 9.9, 10, 25].map((key) => ranges.rangeOf(key)?.owner)).toEqual([
    undefined,
    'a',
    'a',
    'b',
    'c',
  ]);
  for (const wrong of [[5, 5], [5, 4], [Number.NaN]]) {
    expect(() => new RangePartitions(wrong.map((from) => ({ from, owner: 'x' })))).toThrow(RangeError);
  }
});

test('[RG2] a span of keys is a span of ranges', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { maxLength: 10 }),
      fc.integer({ min: -60, max: 60 }),
      fc.nat(60),
      (boundaries, from, length) => {
        const ranges = new RangePartitions(
          boundaries.sort((a, b) => a - b).map((each) => ({ from: each, owner: each })),
        );
        const touched = new Set<number>();
        for (let key = from; key < from + length; key += 1) {
          const range = ranges.rangeOf(key);
          if (range !== undefined) touched.add(range.owner);
        }
        expect(ranges.within(from, from + length).map(({ owner }) => owner)).toEqual([...touched]);
      },
    ),
  );
});

test('[RG3] a cut moves what is at or after it, and nothing else', () => {
  const ranges = new RangePartitions([{ from: 0, owner: 'a' }]).split(10, 'b');
  expect([9, 10].map((key) => ranges.rangeOf(key)?.owner)).toEqual(['a', 'b']);
  for (const wrong of [0, 10, -1]) expect(() => ranges.split(wrong, 'c')).toThrow(RangeError);
});

test('[RG4] days are those of UTC', () => {
  expect([dayOf(0), dayOf(86_399_999), dayOf(86_400_000), dayOf(-1)]).toEqual([0, 0, 1, -1]);
});

test('[CH3, CH6, RZ2, RG1, RG3, RG4] ten keys on three nodes, and what a fourth one gets', async () => {
  const lines: string[] = [];
  const three = named('a', 'b', 'c');
  const four = named('a', 'b', 'c', 'd');
  const [before, after] = [new HashRing(three), new HashRing(four)];
  const arrow = (one: string | undefined, other: string | undefined): string =>
    one === other ? `${one}` : `${one} -> ${other}`;
  lines.push('key      ring     copies   rendezvous');
  for (let at = 1; at <= 10; at++) {
    const key = `key-${at}`;
    const ring = arrow(before.ownerOf(key), after.ownerOf(key));
    const drawn = arrow(rendezvousOwner(key, three), rendezvousOwner(key, four));
    const row = [key, ring, before.ownersOf(key, 2).join(' '), drawn];
    lines.push(
      row
        .map((each) => each.padEnd(9))
        .join('')
        .trimEnd(),
    );
  }
  lines.push('', 'readings by day of UTC; from day 3 on they are kept elsewhere');
  const days = new RangePartitions([{ from: 0, owner: 'old disk' }]).split(3, 'new disk');
  for (const stamp of ['1970-01-01T00:00:00Z', '1970-01-03T23:59:59Z', '1970-01-04T00:00:00Z']) {
    const day = dayOf(Date.parse(stamp));
    lines.push(`${stamp}  day ${day}  ${days.rangeOf(day)?.owner}`);
  }
  lines.push(
    `days 1 to 5 are on: ${days
      .within(1, 6)
      .map(({ owner }) => owner)
      .join(', ')}`,
  );
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/placement.txt');
});
