import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ComparedLog, type Difference, MerkleComparison } from './merkle-comparison.ts';
import { levelOf, MerkleTree } from './merkle-tree.ts';

/** What is joined can be read off it: no two different things have one digest. */
const join = (level: number, parts: readonly string[]): string => `${level}(${parts.join(',')})`;
const treeOf = (logs: Readonly<Record<string, readonly string[]>>, fanout = 3): MerkleTree => {
  const tree = new MerkleTree({ fanout, join });
  for (const [key, entries] of Object.entries(logs)) {
    for (const [at, digest] of entries.entries()) tree.set(key, at + 1, digest);
  }
  return tree;
};

interface Compared {
  readonly differences: readonly Difference[];
  readonly rounds: number;
  readonly asked: number;
  readonly isCut: boolean;
}

function compare(ours: MerkleTree, theirs: MerkleTree, logs: readonly ComparedLog[], limits = {}): Compared {
  const comparison = new MerkleComparison(logs, { fanout: ours.fanout, ...limits });
  let rounds = 0;
  let asked = 0;
  while (comparison.wanted.length > 0) {
    rounds += 1;
    asked += comparison.wanted.length;
    const partsIn = (tree: MerkleTree) => comparison.wanted.map((range) => tree.parts(range));
    expect(comparison.take(partsIn(ours), partsIn(theirs))).toBe(true);
  }
  return { differences: comparison.differences, rounds, asked, isCut: comparison.isCut };
}

describe('the tree', () => {
  test('[AE1] what it says depends on what is in it, not on how that came', () => {
    const content = fc.uniqueArray(fc.record({ n: fc.integer({ min: 1, max: 60 }), d: fc.string() }), {
      selector: ({ n }) => n,
    });
    fc.assert(
      fc.property(content, fc.infiniteStream(fc.nat()), (entries, order) => {
        const one = new MerkleTree({ fanout: 3, join });
        const other = new MerkleTree({ fanout: 3, join });
        const top = { key: 'a', level: levelOf(60, 3), index: 0 };
        for (const { n, d } of entries) one.set('a', n, d);
        const shuffled = entries.map((entry) => ({ entry, at: order.next().value ?? 0 }));
        for (const { entry } of shuffled.sort((a, b) => a.at - b.at)) {
          other.set('a', entry.n, 'first something else');
          // What was computed before is not used again.
          other.digest(top);
          other.set('a', entry.n, entry.d);
        }
        expect(other.digest(top)).toBe(one.digest(top));
        expect(other.highest('a')).toBe(one.highest('a'));
        expect(other.keys).toEqual(one.keys);
      }),
    );
  });

  test('[AE2] a range has the digest of its parts, and none where nothing is', () => {
    const tree = treeOf({ a: ['p', 'q', 'r', 's'] });
    expect(tree.digest({ key: 'a', level: 1, index: 0 })).toBe('1(p,q,r)');
    expect(tree.digest({ key: 'a', level: 2, index: 0 })).toBe('2(1(p,q,r),1(s,,),)');
    expect(tree.parts({ key: 'a', level: 1, index: 1 })).toEqual(['s', '', '']);
    expect(tree.parts({ key: 'b', level: 1, index: 0 })).toEqual(['', '', '']);
    expect(tree.digest({ key: 'b', level: 1, index: 0 })).toBe('');
    expect(tree.digest({ key: 'a', level: 1, index: 7 })).toBe('');
  });

  test('[AE3] the same digests one level up are another digest', () => {
    const tree = treeOf({ a: ['1(p,,)'], b: ['p'] });
    expect(tree.digest({ key: 'a', level: 1, index: 0 })).not.toBe(
      tree.digest({ key: 'b', level: 2, index: 0 }),
    );
  });

  test('[AE2] what is removed is as if it had never been', () => {
    const tree = treeOf({ a: ['p', 'q'] });
    tree.set('a', 9, 'z');
    tree.set('a', 9, '');
    expect(tree.highest('a')).toBe(2);
    tree.set('a', 1, '');
    tree.set('a', 2, '');
    expect(tree.keys).toEqual([]);
    expect(tree.highest('a')).toBe(0);
  });

  test('[AE4] what is no number, and a fanout out of range, throw', () => {
    const tree = new MerkleTree({ join });
    for (const number of [0, -1, 1.5, Number.NaN])
      expect(() => tree.set('a', number, 'x')).toThrow(RangeError);
    for (const fanout of [1, 257, 2.5]) expect(() => new MerkleTree({ fanout, join })).toThrow(RangeError);
    expect(() => new MerkleComparison([], { maxAsked: 0 })).toThrow(RangeError);
  });

  test.each([
    [1, 1],
    [16, 1],
    [17, 2],
    [256, 2],
    [257, 3],
  ])('[AE2] %i numbers need %i levels', (highest, level) => expect(levelOf(highest)).toBe(level));
});

describe('the comparison', () => {
  const entry = fc.constantFrom('', 'x', 'y');
  const logs = fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.array(entry, { maxLength: 40 }));

  test('[AE5] it finds exactly what a comparison number by number finds', () => {
    fc.assert(
      fc.property(logs, logs, fc.integer({ min: 1, max: 5 }), (one, other, maxAsked) => {
        const ours = treeOf(one);
        const theirs = treeOf(other);
        const keys = [...new Set([...ours.keys, ...theirs.keys])].sort();
        const compared = keys.map((key) => ({
          key,
          from: 2,
          to: Math.max(ours.highest(key), theirs.highest(key)),
        }));
        const numbers = compared.flatMap(({ key, to }) =>
          Array.from({ length: to }, (_, at) => ({ key, level: 0, index: at })).slice(1),
        );
        const slow = numbers.flatMap((range) => {
          const [mine, yours] = [ours.digest(range), theirs.digest(range)];
          if (mine === yours) return [];
          const kind = mine === '' ? 'onlyTheirs' : yours === '' ? 'onlyOurs' : 'differs';
          return [`${range.key} ${range.index + 1} ${kind}`];
        });
        const found = compare(ours, theirs, compared, { maxAsked }).differences.flatMap(
          ({ key, from, to, kind }) =>
            Array.from({ length: to - from + 1 }, (_, at) => `${key} ${from + at} ${kind}`),
        );
        expect(found).toEqual(slow);
      }),
      { numRuns: 500 },
    );
  });

  test('[AE6] one difference in a hundred thousand entries is found by one range for each level', () => {
    const hashed = (digest: string) => (level: number, parts: readonly string[]) =>
      `${level}${parts.includes(digest) || parts.some((part) => part.endsWith('!')) ? '!' : '.'}`;
    const copy = (digest: string): MerkleTree => {
      const tree = new MerkleTree({ join: hashed('bad') });
      for (let n = 1; n <= 100_000; n++) tree.set('room', n, n === 77_777 ? digest : 'e');
      return tree;
    };
    const { differences, rounds, asked } = compare(copy('e'), copy('bad'), [{ key: 'room', to: 100_000 }]);
    expect(differences).toEqual([{ key: 'room', from: 77_777, to: 77_777, kind: 'differs' }]);
    expect({ rounds, asked }).toEqual({ rounds: 5, asked: 5 });
  });

  test('[AE7] equal copies are asked for the parts of the top alone', () => {
    const same = treeOf({ a: Array.from({ length: 40 }, String) });
    expect(compare(same, same, [{ key: 'a', to: 40 }])).toMatchObject({
      differences: [],
      rounds: 1,
      asked: 1,
    });
    expect(compare(same, same, [{ key: 'a', from: 5, to: 4 }]).rounds).toBe(0);
  });

  test('[AE8] it ends at so many differences, and says that there may be more', () => {
    const ours = treeOf({ a: Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 'x' : 'y')) });
    const theirs = treeOf({ a: Array.from({ length: 40 }, () => 'x') });
    const cut = compare(ours, theirs, [{ key: 'a', to: 40 }], { maxDifferences: 3 });
    expect(cut.isCut).toBe(true);
    expect(cut.differences.map(({ from }) => from)).toEqual([2, 4, 6]);
    expect(compare(ours, theirs, [{ key: 'a', to: 40 }], { maxDifferences: 20 }).isCut).toBe(false);
  });

  test('[AE9] an answer of another size is refused, and changes nothing', () => {
    const comparison = new MerkleComparison([{ key: 'a', to: 9 }], { fanout: 3 });
    const before = comparison.wanted;
    const whole = [['', '', '']];
    for (const answer of [[], [['', '']], [...whole, ...whole]]) {
      expect(comparison.take(answer, whole)).toBe(false);
      expect(comparison.take(whole, answer)).toBe(false);
    }
    expect(comparison.wanted).toBe(before);
    expect(comparison.take(whole, whole)).toBe(true);
    expect(comparison.wanted).toEqual([]);
  });
});
