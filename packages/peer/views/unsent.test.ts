import { expect, test } from 'vitest';
import type { MessageItem } from './conversation-view.ts';
import { withUnsent } from './unsent.ts';

const me = 'm'.repeat(32);
const said = (text: string, atMs: number): MessageItem => ({
  ...{ key: text, n: 1, author: me, mine: true, text, edited: false, deleted: false, atMs },
  ...{ clockAhead: false, status: 'read' },
});
const whole = { complete: true, atNewest: true };
const failed = (text: string, atMs: number) => ({ id: text, text, atMs, reason: 'You cancelled it.' });

test('what failed stands at its time, and says why', () => {
  const items = withUnsent([said('a', 10), said('c', 30)], [failed('d', 40), failed('b', 20)], me, whole);
  expect(items.map(({ text, status }) => `${text} ${status}`)).toEqual([
    'a read',
    'b failed',
    'c read',
    'd failed',
  ]);
  expect(items[1]).toMatchObject({ key: 'unsent#b', failure: 'You cancelled it.', mine: true });
});

test('a clock that is ahead does not change the order of the others', () => {
  const items = withUnsent([said('future', 900), said('now', 20)], [failed('x', 15)], me, whole);
  expect(items.map(({ text }) => text)).toEqual(['x', 'future', 'now']);
});

test('where nothing failed the items are the same', () => {
  const items = [said('a', 10)];
  expect(withUnsent(items, [], me, whole)).toBe(items);
});

test('what failed elsewhere is not shown in this part of the conversation', () => {
  const items = [said('b', 20), said('d', 40)];
  const unsent = [failed('a', 10), failed('c', 30), failed('e', 50)];
  const texts = (part: { complete: boolean; atNewest: boolean }) =>
    withUnsent(items, unsent, me, part).map(({ text }) => text);
  expect(texts({ complete: false, atNewest: false })).toEqual(['b', 'c', 'd']);
  expect(texts({ complete: false, atNewest: true })).toEqual(['b', 'c', 'd', 'e']);
  expect(texts({ complete: true, atNewest: false })).toEqual(['a', 'b', 'c', 'd']);
});
