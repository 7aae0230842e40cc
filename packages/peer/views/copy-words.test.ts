import { expect, test } from 'vitest';
import { copyWords, differenceWords } from './copy-words.ts';
import type { CopyView } from './peer-state.ts';

const me = 'a'.repeat(32);
const ben = 'b'.repeat(32);
const reader = { me, contactName: 'Ben' };
const device = `${ben}/${'c'.repeat(16)}`;
const view = (state: CopyView['state'], entries = 0): CopyView => ({
  ...{ device, state, entries, differences: [], atMs: 0 },
});

test('a difference names who wrote it, where it is, and what is known of it', () => {
  const log = `${me}/${'d'.repeat(16)}`;
  const difference = { log, from: 7, isExact: true, isSigned: false };
  expect(differenceWords(difference, { device }, reader)).toBe(
    'What your device dddd wrote is not the same here and on Ben’s device cccc, from entry 7 on. Both were left as they are. What your device dddd writes from now on does not arrive there.',
  );
  expect(differenceWords({ ...difference, log: device }, { device }, reader)).toMatch(/left as they are\.$/);
  const signed = differenceWords(
    { ...difference, log: device, isExact: false, isSigned: true },
    { device },
    reader,
  );
  expect(signed).toMatch(
    /^What Ben’s device cccc wrote is not the same here and there, at entry 7 or earlier, and from there on\. Both histories/,
  );
});

test('each state is a sentence', () => {
  expect(copyWords(view('same', 1), reader)).toBe('By its hashes the same as on Ben’s device cccc: 1 entry.');
  expect(copyWords(view('silent'), reader)).toMatch(/^Ben’s device cccc has an earlier version/);
  const all = (['comparing', 'differs', 'interrupted'] as const).map((state) =>
    copyWords(view(state), reader),
  );
  expect(new Set(all).size).toBe(3);
});
