import { clockNote } from '@bothy/rooms/views';
import { expect, test } from 'vitest';

test.each([
  [undefined, undefined],
  [{ offsetMs: 1_900, errorMs: 1 }, undefined],
  [{ offsetMs: 5_000, errorMs: 4_000 }, undefined],
  [{ offsetMs: 5_000, errorMs: 2 }, '5 s ahead of ours'],
  [{ offsetMs: -180_000, errorMs: 2 }, '3 min behind ours'],
  [{ offsetMs: 3_600_000, errorMs: 2 }, '1 h ahead of ours'],
  [{ offsetMs: -1_700_000_000_000, errorMs: 2 }, '19676 days behind ours'],
])('%o is told as %s', (clock, words) => {
  expect(clockNote(clock)).toBe(words);
});
