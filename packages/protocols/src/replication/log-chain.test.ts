import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChainEnd, type ChainedEntry, chainStanding, ForkSearch } from './log-chain.ts';

/** A log of so many entries; another history from `forkAt` on. */
function chain(count: number, forkAt = Infinity): ChainedEntry[] {
  const hashOf = (n: number): string => (n === 0 ? '' : n < forkAt ? `h${n}` : `other h${n}`);
  return Array.from({ length: count }, (_, at) => ({ n: at + 1, prev: hashOf(at), hash: hashOf(at + 1) }));
}

test('[AE21] an entry continues a log, is held, leaves a gap or is of another history', () => {
  const end: ChainEnd = { n: 2, hash: 'h2' };
  const [first, second, third, fourth] = chain(4);
  const [, otherSecond, otherThird] = chain(3, 2);
  const at = (entry: ChainedEntry | undefined) => entry && chainStanding(end, entry);
  expect([first, second, third, fourth].map(at)).toEqual(['held', 'held', 'next', 'gap']);
  expect([otherSecond, otherThird].map(at)).toEqual(['fork', 'fork']);
  expect(chainStanding({ n: 0, hash: '' }, { n: 1, prev: '', hash: 'h1' })).toBe('next');
  expect(chainStanding({ n: 0, hash: '' }, { n: 1, prev: 'h0', hash: 'h1' })).toBe('fork');
});

test('[AE22] the first number at which two histories part is found, by a question for each halving', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(), (differsAt, pick) => {
      const forkAt = 1 + (pick % differsAt);
      const ours = chain(differsAt);
      const theirs = chain(differsAt, forkAt);
      const search = new ForkSearch(differsAt);
      let asked = 0;
      for (let at = search.wanted; at !== undefined; at = search.wanted) {
        search.take(ours[at - 1]?.hash ?? '', theirs[at - 1]?.hash ?? '');
        asked += 1;
      }
      expect(search.from).toBe(forkAt);
      expect(asked).toBeLessThanOrEqual(Math.ceil(Math.log2(differsAt + 1)));
      search.take('x', 'x');
      expect(search.from).toBe(forkAt);
    }),
    { numRuns: 200, seed: 4 },
  );
});

test('[AE22] what neither has is no sameness, and a number that is none throws', () => {
  const search = new ForkSearch(3);
  search.take('', '');
  expect(search.from).toBe(2);
  for (const wrong of [0, -1, 1.5, NaN]) expect(() => new ForkSearch(wrong)).toThrow(RangeError);
});
