import type { EntryRow } from '@bothy/peer/core';
import { expect, test } from 'vitest';
import { mergeRows, messageItems, statusOf } from './conversation-view.ts';

const me = 'm'.repeat(32);
const ben = 'b'.repeat(32);
const device = 'd'.repeat(16);

function row(person: string, n: number, ms: number, body: object | null): EntryRow {
  const record = { header: '', body: body === null ? null : JSON.stringify(body) };
  const log = `${person}/${device}`;
  return { conversation: 'c', log, n, record, hash: '', hlc: { ms, counter: 0 }, ahead: false };
}
const message = (person: string, n: number, ms: number, text: string) =>
  row(person, n, ms, { kind: 'message', id: String(ms), text });
const edit = (person: string, n: number, ms: number, target: number, text: string) =>
  row(person, n, ms, { kind: 'edit', of: { device, n: target }, text });
const remove = (person: string, n: number, ms: number, target: number) =>
  row(person, n, ms, { kind: 'delete', of: { device, n: target } });

function read(rows: readonly EntryRow[], amendments?: readonly EntryRow[]): string[] {
  return messageItems(rows, me, undefined, amendments).map((item) => {
    const about = item.deleted ? 'deleted' : item.edited ? `${item.text} (edited)` : item.text;
    return `${item.mine ? 'me' : 'ben'}: ${about}`;
  });
}

test('rows of all logs stand in the order of their clocks, each once', () => {
  const rows = mergeRows([message(ben, 1, 20, 'b')], [message(me, 1, 10, 'a'), message(ben, 1, 20, 'b')]);
  expect(read(rows)).toEqual(['me: a', 'ben: b']);
  const sameMoment = mergeRows([message(me, 1, 10, 'mine')], [message(ben, 1, 10, 'theirs')]);
  expect(read(sameMoment)).toEqual(['ben: theirs', 'me: mine']);
});

test('the last edit wins, whatever order they came in', () => {
  const rows = [message(me, 1, 10, 'a'), edit(me, 3, 40, 1, 'c'), edit(me, 2, 30, 1, 'b')];
  expect(read(mergeRows([], rows))).toEqual(['me: c (edited)']);
});

test('a deletion wins for ever, also over a later edit', () => {
  const rows = [message(me, 1, 10, 'a'), remove(me, 2, 20, 1), edit(me, 3, 30, 1, 'b')];
  expect(read(rows)).toEqual(['me: deleted']);
  expect(read([row(me, 1, 10, null), remove(me, 2, 20, 1)])).toEqual(['me: deleted']);
  expect(read([row(me, 1, 10, null)], [remove(me, 2, 20, 1)])).toEqual(['me: deleted']);
});

test('an edit whose text is gone is no message, and a message without a body waits for its deletion', () => {
  expect(read([row(me, 1, 10, null), row(me, 2, 20, null), remove(me, 3, 30, 1)])).toEqual(['me: deleted']);
  expect(read([row(me, 1, 10, null)])).toEqual([]);
});

test('a message that was cancelled leaves no place behind', () => {
  const cancel = row(me, 2, 20, { kind: 'delete', of: { device, n: 1 }, cancelled: true });
  expect(read([message(me, 1, 10, 'a'), cancel, message(me, 3, 30, 'b')])).toEqual(['me: b']);
  expect(read([row(me, 1, 10, null), cancel])).toEqual([]);
});

test('nobody edits or deletes what another one wrote', () => {
  const rows = [message(me, 1, 10, 'a'), edit(ben, 1, 20, 1, 'x'), remove(ben, 2, 30, 1)];
  expect(read(rows)).toEqual(['me: a']);
});

test('edits and deletions from outside of the rows count, in their order among those inside', () => {
  const rows = [message(me, 1, 10, 'a'), edit(me, 2, 20, 1, 'b'), message(me, 4, 40, 'd')];
  expect(read(rows, [edit(me, 9, 90, 1, 'z')])).toEqual(['me: z (edited)', 'me: d']);
  expect(read(rows, [edit(me, 3, 15, 1, 'older')])).toEqual(['me: b (edited)', 'me: d']);
  expect(read(rows, [remove(me, 9, 90, 4)])).toEqual(['me: b (edited)', 'me: deleted']);
});

test('an amendment waits for its target, and kinds of later versions are not shown', () => {
  expect(read([edit(me, 2, 20, 1, 'b'), row(ben, 1, 30, { kind: 'wave' })])).toEqual([]);
});

test('a tick says what is known', () => {
  const progress = { sent: 3, delivered: 2, read: 1 };
  expect([1, 2, 3, 4].map((n) => statusOf({ log: 'own', n }, progress))).toEqual([
    'read',
    'delivered',
    'sent',
    'pending',
  ]);
  expect(statusOf({ log: 'own', n: 1 }, undefined)).toBe('pending');
});

test('each log of ours has its own ticks, and what another installation wrote came from the other side', () => {
  const ticks = { sent: 3, delivered: 2, read: 1 };
  const progress = { log: 'new', sent: 1, delivered: 0, read: 0, former: { old: ticks } };
  const statuses = [
    ['new', 1],
    ['new', 2],
    ['old', 1],
    ['old', 2],
    ['other', 9],
  ] as const;
  expect(statuses.map(([log, n]) => statusOf({ log, n }, progress))).toEqual([
    ...['sent', 'pending', 'read', 'delivered', 'delivered'],
  ]);
});
