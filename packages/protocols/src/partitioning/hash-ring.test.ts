import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HashRing, type RingMember } from './hash-ring.ts';
import { keyHash } from './key-hash.ts';
import { rebalanceReport } from './rebalance-report.ts';

const keys = Array.from({ length: 20_000 }, (_each, at) => `key-${at}`);
const named = (...ids: string[]): RingMember[] => ids.map((id) => ({ id }));
const membersOf = (ring: HashRing) => ({
  members: ring.members,
  ownerOf: (key: string) => ring.ownerOf(key),
});

test('[CH1] the hash is MurmurHash3: of known bytes it is the known number', () => {
  // Values of the reference implementation, for nothing and for bytes that are whole code units.
  expect(keyHash('')).toBe(0);
  expect(keyHash('', 1)).toBe(0x514e28b7);
  expect(keyHash('', 0xffffffff)).toBe(0x81f16f39);
  expect(keyHash('\uffff\uffff')).toBe(0x76293b50);
  expect(keyHash('\u4321\u8765')).toBe(0xf55b516b);
  // Of an odd number of code units, the bytes 21 43.
  expect(keyHash('\u4321')).toBe(0xa0f7b07a);
});

test('[CH2] the ring does not depend on the order of members', () => {
  const [one, other] = [new HashRing(named('a', 'b', 'c')), new HashRing(named('c', 'a', 'b'))];
  for (const key of keys.slice(0, 1_000)) expect(one.ownerOf(key)).toBe(other.ownerOf(key));
});

test('[CH2] a key at the very place of a member is that member’s', () => {
  const ring = new HashRing(named('a', 'b', 'c'), { placesPerWeight: 1 });
  // So are places made.
  for (const id of ['a', 'b', 'c']) expect(ring.ownerOf(`${id}#0`)).toBe(id);
});

test('[CH3] when a member comes, keys move to it alone; when one goes, its keys alone move', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 12 }), (ids) => {
      const [last = '', ...rest] = ids;
      const [small, large] = [new HashRing(named(...rest)), new HashRing(named(last, ...rest))];
      for (const key of keys.slice(0, 300)) {
        const owner = large.ownerOf(key);
        if (owner !== last) expect(small.ownerOf(key)).toBe(owner);
      }
    }),
    { numRuns: 50 },
  );
});

test('[CH4] shares are even, and what moves is close to the least', () => {
  const before = new HashRing(named('a', 'b', 'c', 'd'));
  const report = rebalanceReport(
    keys,
    membersOf(before),
    membersOf(new HashRing(named('a', 'b', 'c', 'd', 'e'))),
  );
  expect(report.leastMoved).toBe(4_000);
  expect(report.moved).toBeLessThan(1.3 * report.leastMoved);
  expect(report.imbalance).toBeLessThan(1.25);
});

test('[CH5] a member of twice the weight has about twice the keys', () => {
  const ring = new HashRing([{ id: 'a', weight: 2 }, { id: 'b' }, { id: 'c' }]);
  const own = keys.filter((key) => ring.ownerOf(key) === 'a').length;
  expect(own / keys.length).toBeGreaterThan(0.43);
  expect(own / keys.length).toBeLessThan(0.57);
});

test('[CH6] copies go to different members, the owner first', () => {
  const ring = new HashRing(named('a', 'b', 'c'));
  for (const key of keys.slice(0, 500)) {
    const owners = ring.ownersOf(key, 5);
    expect([...owners].sort()).toEqual(['a', 'b', 'c']);
    expect(owners[0]).toBe(ring.ownerOf(key));
    // Who has the second copy owns the key once the owner is gone.
    expect(new HashRing(named(...owners.slice(1))).ownerOf(key)).toBe(owners[1]);
  }
});

describe('bounded loads', () => {
  test('[CH7] no member has more than its bound, and most keys stay with their owner', () => {
    const ring = new HashRing(named('a', 'b', 'c', 'd', 'e'), { placesPerWeight: 8 });
    const loads = new Map<string, number>();
    let home = 0;
    for (const [at, key] of keys.slice(0, 2_000).entries()) {
      const owner = ring.ownerWithin(key, (member) => loads.get(member) ?? 0) ?? '';
      loads.set(owner, (loads.get(owner) ?? 0) + 1);
      expect(loads.get(owner)).toBeLessThanOrEqual(Math.ceil((1.25 * (at + 1)) / 5));
      if (owner === ring.ownerOf(key)) home += 1;
    }
    expect(home).toBeGreaterThan(1_200);
  });

  test('[CH5, CH7] the bound goes by weight, and who is no member may have nothing', () => {
    const ring = new HashRing([{ id: 'a', weight: 3 }, { id: 'b' }]);
    expect(['a', 'b', 'c'].map((member) => ring.mostKeys(member, 100, 1.2))).toEqual([90, 30, 0]);
    // Not 34 for what 1.1 is more than 1.1 in binary.
    expect(new HashRing(named('a', 'b', 'c')).mostKeys('a', 90, 1.1)).toBe(33);
    expect(ring.firstWith('k', () => false)).toBeUndefined();
  });

  test('[CH7] whatever members, weights and keys: nobody ever has more than its bound', () => {
    const arbitrary = fc.uniqueArray(
      fc.record({ id: fc.string(), weight: fc.constantFrom(0.01, 0.5, 1, 3, 20) }),
      { minLength: 1, maxLength: 8, selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(arbitrary, fc.constantFrom(1.000001, 1.1, 2), fc.nat(1e6), (members, slack, from) => {
        const ring = new HashRing(members, { placesPerWeight: 16 });
        const loads = new Map<string, number>();
        for (let count = 1; count <= 60; count += 1) {
          const owner =
            ring.ownerWithin(`${from + count}`, (member) => loads.get(member) ?? 0, slack) ?? 'none';
          loads.set(owner, (loads.get(owner) ?? 0) + 1);
          expect(loads.get(owner)).toBeLessThanOrEqual(ring.mostKeys(owner, count, slack));
        }
      }),
      { numRuns: 150 },
    );
  });

  test('[CH7] a slack of 1 or less is refused: there might be no room', () => {
    for (const slack of [1, 0.5, Number.NaN, Infinity])
      expect(() => new HashRing(named('a')).ownerWithin('k', () => 0, slack)).toThrow(RangeError);
  });
});

test('[CH8] without members nobody owns anything; what cannot be is refused', () => {
  const none = new HashRing([]);
  expect([none.ownerOf('k'), none.ownersOf('k', 2), none.ownerWithin('k', () => 0)]).toEqual([
    undefined,
    [],
    undefined,
  ]);
  expect(() => new HashRing(named('a', 'a'))).toThrow(RangeError);
  for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => new HashRing([{ id: 'a', weight }])).toThrow(RangeError);
  }
  expect(() => new HashRing([{ id: 'a', weight: 10_000 }])).toThrow(RangeError);
  for (const placesPerWeight of [0, -1, 1.5, Number.NaN])
    expect(() => new HashRing(named('a'), { placesPerWeight })).toThrow(RangeError);
});

test('[CH9] modulo, which people write first, moves nearly everything', () => {
  const modulo = (members: readonly string[]) => ({
    members,
    ownerOf: (key: string) => members[keyHash(key) % members.length],
  });
  const report = rebalanceReport(keys, modulo(['a', 'b', 'c', 'd']), modulo(['a', 'b', 'c', 'd', 'e']));
  expect(report.moved).toBeGreaterThan(0.75 * keys.length);
});

test('[CH2] also where places of two members fall together, which among 200,000 they do', () => {
  const members = Array.from({ length: 2_000 }, (_, at) => ({ id: `node-${at}` }));
  const places = new Set(
    members.flatMap(({ id }) => Array.from({ length: 100 }, (_, at) => keyHash(`${id}#${at}`))),
  );
  expect(places.size).toBeLessThan(200_000);
  const rings = [members, members.toReversed()].map((each) => new HashRing(each, { placesPerWeight: 100 }));
  for (let at = 0; at < 2_000; at++) {
    expect(rings[0]?.ownersOf(`key ${at}`, 3)).toEqual(rings[1]?.ownersOf(`key ${at}`, 3));
  }
});
