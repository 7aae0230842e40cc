import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import { HashRing } from './hash-ring.ts';
import { rebalance } from './rebalancer.ts';

const named = (...ids: string[]) => ids.map((id) => ({ id }));

/** Members with weights, and keys that are anywhere: with a member, with somebody who is gone, or with nobody. */
const scene = fc.record({
  members: fc.uniqueArray(fc.record({ id: fc.string(), weight: fc.constantFrom(0.5, 1, 4) }), {
    minLength: 1,
    maxLength: 6,
    selector: ({ id }) => id,
  }),
  keys: fc.uniqueArray(fc.string(), { maxLength: 40 }),
  crowd: fc.nat(5),
  slack: fc.constantFrom(1.000001, 1.25, 2),
  seed: fc.nat(1e6),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

function placed({ members, keys, crowd, seed }: Scene): Map<string, string | undefined> {
  const random = seededRandom(`placed ${seed}`);
  const ids = [...members.map(({ id }) => id), 'somebody who is gone', undefined];
  // Most are with one, as after others were gone for a while.
  return new Map(
    keys.map((key) => [key, ids[random.below(3) === 0 ? random.below(ids.length) : crowd % ids.length]]),
  );
}

function after(owners: ReadonlyMap<string, string | undefined>, { moves }: ReturnType<typeof rebalance>) {
  const now = new Map(owners);
  for (const { key, from, to } of moves) {
    expect(now.get(key)).toBe(from);
    now.set(key, to);
  }
  return now;
}

test('[RB2, RB3] nobody has more than its bound, everything has a member, and no placement within the bounds moves less', () => {
  fc.assert(
    fc.property(scene, (each) => {
      const ring = new HashRing(each.members, { placesPerWeight: 16 });
      const owners = placed(each);
      const result = rebalance(ring, owners, each.slack);
      const now = after(owners, result);
      const count = (of: ReadonlyMap<string, string | undefined>, id: string | undefined): number =>
        [...of.values()].filter((owner) => owner === id).length;
      let must = owners.size;
      for (const { id } of each.members) {
        const most = ring.mostKeys(id, owners.size, each.slack);
        expect(result.loads[id]).toBe(count(now, id));
        expect(count(now, id)).toBeLessThanOrEqual(most);
        must -= Math.min(count(owners, id), most);
      }
      for (const owner of now.values()) expect(ring.members).toContain(owner);
      // What is with nobody, with who is gone, and above a bound: each of them has to move in any placement.
      expect(result.moves).toHaveLength(must);
      expect(new Set(result.moves.map(({ key }) => key)).size).toBe(must);
    }),
    { numRuns: 300 },
  );
});

test('[RB5] in whatever order members and keys are given, and once done there is nothing to do', () => {
  fc.assert(
    fc.property(scene, (each) => {
      const ring = new HashRing(each.members, { placesPerWeight: 16 });
      const owners = placed(each);
      const result = rebalance(ring, owners, each.slack);
      const turned = new Map([...owners].reverse());
      const other = new HashRing(each.members.toReversed(), { placesPerWeight: 16 });
      expect(rebalance(other, turned, each.slack)).toEqual(result);
      expect(rebalance(ring, after(owners, result), each.slack).moves).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test('[RB4] of one that has too many, those go first that the ring gives to others, each to the first with room', () => {
  const ring = new HashRing(named('a', 'b', 'c'));
  const keys = Array.from({ length: 90 }, (_, at) => `key-${at}`);
  const { moves, loads } = rebalance(ring, new Map(keys.map((key) => [key, 'a'])), 1.1);
  expect(loads['a']).toBe(33);
  for (const { key, to } of moves) {
    expect(ring.ownerOf(key)).not.toBe('a');
    if ((loads[ring.ownerOf(key) ?? ''] ?? 0) < 33) expect(to).toBe(ring.ownerOf(key));
  }
});

test('[RB6] without members, or keys, nothing moves; a slack of 1 or less is refused', () => {
  const owners = new Map([['key', 'gone']]);
  expect(rebalance(new HashRing([]), owners)).toEqual({ moves: [], loads: {} });
  expect(rebalance(new HashRing(named('a')), new Map())).toEqual({ moves: [], loads: { a: 0 } });
  expect(() => rebalance(new HashRing(named('a')), owners, 1)).toThrow(RangeError);
});

test('[CH3, CH7, RB2, RB3, RB4] twelve edges, three nodes; one goes, one comes back', async () => {
  const lines: string[] = [];
  let owners = new Map<string, string | undefined>();
  const show = (what: string, ...ids: string[]): void => {
    const ring = new HashRing(named(...ids));
    const result = rebalance(ring, owners, 1.25);
    lines.push(`${what}: ${ids.join(', ')}, each at most ${ring.mostKeys('a', owners.size, 1.25)}`);
    for (const { key, from = 'nobody', to } of result.moves) {
      const isHome = ring.ownerOf(key) === to;
      lines.push(`  ${key}: ${from} -> ${to}${isHome ? '' : `, for ${ring.ownerOf(key)} is full`}`);
    }
    owners = new Map([...owners, ...result.moves.map(({ key, to }) => [key, to] as const)]);
    const loads = Object.entries(result.loads).map(([id, load]) => `${id} ${load}`);
    lines.push(`  ${result.moves.length} moved; ${loads.join(', ')}`);
  };
  owners = new Map(Array.from({ length: 12 }, (_, at) => [`edge-${at + 1}`, undefined]));
  show('all are new', 'a', 'b', 'c');
  show('nothing changes', 'a', 'b', 'c');
  show('c goes', 'a', 'b');
  show('c is back', 'a', 'b', 'c');
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/rebalance.txt');
});
