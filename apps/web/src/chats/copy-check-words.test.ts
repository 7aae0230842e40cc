import type { CopyCheck, CopyFault } from '@bothy/peer/views';
import { expect, test } from 'vitest';
import { checkLines } from './copy-check-words.ts';

const ben = 'b'.repeat(32);
const log = `${ben}/${'c'.repeat(16)}`;
const reader = { me: 'a'.repeat(32), contactName: 'Ben' };
const found = (changed: Partial<CopyCheck>): CopyCheck => ({
  ...{ entries: 12, faults: [], isCut: false, unknown: [] },
  ...changed,
});

test('a whole copy says so, and what could not be checked', () => {
  expect(checkLines(found({}), reader)).toEqual({
    title: 'Your copy is whole: 12 entries, each as it was signed, and in its place.',
    faults: [],
    hint: undefined,
  });
  const unsigned = checkLines(found({ unknown: [log] }), reader);
  expect(unsigned.title).not.toContain('signed');
  expect(unsigned.hint).toMatch(/^Signatures of Ben’s device cccc could not be checked/);
});

test('faults are listed, ten of them, and nothing is said to be repaired', () => {
  const fault = (n: number): CopyFault => ({ log, n, kind: 'text' });
  const few = checkLines(found({ faults: [fault(7)] }), reader);
  expect(few.faults).toEqual(['The text of entry 7 of Ben’s device cccc is not the one that was signed.']);
  expect(few.hint).toContain('Nothing was repaired');
  const many = Array.from({ length: 100 }, (_, at) => fault(at + 1));
  expect(checkLines(found({ faults: many }), reader).faults.at(-1)).toBe('And 90 more.');
  expect(checkLines(found({ faults: many, isCut: true }), reader).faults.at(-1)).toBe(
    'And more than 90 more.',
  );
});
