import { seededRandom } from '@bothy/protocols';
import { expect, test } from 'vitest';
import { forcedId, foundedId } from './directory-ids.ts';

const random = seededRandom('ids');
const startMs = 1_700_000_000_000;

test('[DR27] of two directories the one that was founded a millisecond earlier has the lower id', () => {
  const ids = [0, 1, 31, 32, 33, 999, 1_000, 1_001, 59_999, 60_000].map((ms) =>
    foundedId(random, startMs + ms),
  );
  expect([...ids].sort()).toEqual(ids);
  for (const id of ids) expect(id).toMatch(/^[0-9a-z]{15}$/);
});

test('[DR27] ids of one moment differ', () => {
  expect(new Set(Array.from({ length: 100 }, () => foundedId(random, startMs))).size).toBe(100);
});

test('a forced one begins with the one that it replaces, as long as that fits', () => {
  const founded = foundedId(random, startMs);
  const forced = forcedId(random, founded, startMs);
  expect(forced).toMatch(new RegExp(`^${founded}-[a-z2-7]{6}$`));
  expect(forcedId(random, 'a'.repeat(60), startMs)).toHaveLength(15);
});
