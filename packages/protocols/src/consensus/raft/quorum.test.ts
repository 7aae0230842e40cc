import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Configurations } from './configurations.ts';
import { agreed, tally } from './quorum.ts';

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const set = fc.subarray(ids, { minLength: 1 });

/** By sorting: the one in the middle, from above. */
const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => b - a)[Math.floor(values.length / 2)] ?? Number.NaN;

test('[RF17, RF34] what a majority has reached is the one in the middle; of two sets, the lesser', () => {
  fc.assert(
    fc.property(
      set,
      fc.subarray(ids),
      fc.array(fc.nat(9), { minLength: 7, maxLength: 7 }),
      (one, other, values) => {
        const valueAt = (id: string): number => values[ids.indexOf(id)] ?? 0;
        const sets = other.length === 0 ? [one] : [one, other];
        const expected = Math.min(...sets.map((each) => middle(each.map(valueAt))));
        expect(agreed(sets, valueAt)).toBe(expected);
      },
    ),
  );
});

test('[RF34] an election is won, lost or open as whoever is still silent can change it or not', () => {
  const vote = fc.constantFrom(true, false, undefined);
  fc.assert(
    fc.property(
      set,
      fc.subarray(ids),
      fc.array(vote, { minLength: 7, maxLength: 7 }),
      (voters, outgoing, said) => {
        const votes = new Map(ids.flatMap((id, at) => (said[at] === undefined ? [] : [[id, said[at]]])));
        const wins = (silent: boolean): boolean =>
          [voters, outgoing].every(
            (each) =>
              each.length === 0 || each.filter((id) => votes.get(id) ?? silent).length * 2 > each.length,
          );
        const expected = wins(false) ? 'won' : wins(true) ? 'open' : 'lost';
        expect(tally({ voters, outgoing, learners: [] }, votes)).toBe(expected);
      },
    ),
  );
});

test('[RF33] which configuration holds is the last one at or before an index', () => {
  const named = (name: string) => ({ voters: [name], outgoing: [], learners: [] });
  const configurations = new Configurations(0, named('a'));
  configurations.added(3, named('b'));
  configurations.added(7, named('c'));
  expect([0, 2, 3, 6, 7, 9].map((index) => configurations.at(index).voters[0])).toEqual([...'aabbcc']);
  configurations.truncatedFrom(8);
  expect(configurations.latestIndex).toBe(7);
  configurations.truncatedFrom(7);
  expect([configurations.latestIndex, configurations.latest]).toEqual([3, named('b')]);
  configurations.compactedTo(4);
  expect(configurations.at(4)).toEqual(named('b'));
  expect(() => configurations.at(2)).toThrow(/no configuration is known/);
});
