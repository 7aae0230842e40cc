import type { LinkStage, LinkState, PeerNotice } from '@bothy/peer/core';
import { directConversationId } from '@bothy/wire';
import { expect, test } from 'vitest';
import { applyNotice, bestLink, initialPeerState, type PeerState } from './peer-state.ts';

const me = 'm'.repeat(32);
const ben = 'b'.repeat(32);
const conversation = directConversationId(me, ben);
const nothing = { contacts: [], heads: [], receipts: [], readMarks: [], clock: { ms: 0, counter: 0 } };

function link(state: LinkState, stage: LinkStage, device = 'd1'): PeerNotice {
  return { kind: 'link', person: ben, device, state, stage };
}
const since = (state: PeerState) => bestLink(state, ben)?.sinceMs;

test('what the store tells: unread messages of others, and the best of the receipts', () => {
  const head = { conversation, n: 9, hash: '' };
  const receipt = { conversation, delivered: 3, read: 1 };
  const state = initialPeerState(me, {
    ...nothing,
    heads: [
      { ...head, log: `${ben}/d1`, messages: 7 },
      { ...head, log: `${me}/d1`, messages: 9 },
    ],
    readMarks: [{ conversation, log: `${ben}/d1`, n: 5, messages: 4 }],
    receipts: [
      { ...receipt, device: `${ben}/d1` },
      { ...receipt, device: `${ben}/d2`, delivered: 2, read: 2 },
    ],
  });
  expect(state.unread.get(conversation)).toBe(3);
  expect(state.progress.get(conversation)).toEqual({ sent: 0, delivered: 3, read: 2 });
});

test('a link is "so since" the moment when its state or stage changed', () => {
  let state = applyNotice(initialPeerState(me, nothing), link('connecting', 'offer'), 100);
  state = applyNotice(state, link('connecting', 'offer'), 200);
  expect(since(state)).toBe(100);
  state = applyNotice(state, link('connecting', 'answer'), 300);
  expect(since(state)).toBe(300);
  state = applyNotice(state, link('open', 'open'), 400);
  expect(since(state)).toBe(400);
});

test('what is known of their clock is that of the last word on the link, and does not make it newer', () => {
  const clock = { offsetMs: 180_000, errorMs: 23, delayMs: 40 };
  let state = applyNotice(initialPeerState(me, nothing), link('open', 'open'), 100);
  expect(bestLink(state, ben)).not.toHaveProperty('clock');
  state = applyNotice(state, { ...link('open', 'open'), clock } as PeerNotice, 200);
  expect(bestLink(state, ben)).toMatchObject({ clock, sinceMs: 100 });
  state = applyNotice(state, link('retrying', 'open'), 300);
  expect(bestLink(state, ben)).not.toHaveProperty('clock');
});

test('the best link of several devices speaks for the person', () => {
  let state = applyNotice(initialPeerState(me, nothing), link('failed', 'offer', 'd1'), 1);
  state = applyNotice(state, link('open', 'open', 'd2'), 2);
  expect(bestLink(state, ben)).toMatchObject({ device: 'd2', state: 'open' });
  expect(bestLink(state, 'somebody')).toBeUndefined();
});

test('what the last comparison with each device found is kept, with its time', () => {
  const found = { conversation: 'c', state: 'same', entries: 3, differences: [] } as const;
  let state = applyNotice(initialPeerState(me, nothing), { kind: 'copies', device: 'd1', ...found }, 1);
  state = applyNotice(state, { kind: 'copies', device: 'd2', ...found, state: 'silent' }, 2);
  state = applyNotice(state, { kind: 'copies', device: 'd1', ...found, entries: 4 }, 3);
  expect([...(state.copies.get('c')?.values() ?? [])]).toEqual([
    { device: 'd1', state: 'same', entries: 4, differences: [], atMs: 3 },
    { device: 'd2', state: 'silent', entries: 3, differences: [], atMs: 2 },
  ]);
});

test('writing, presence, changed keys and refusals are kept as they are told', () => {
  const notices: PeerNotice[] = [
    { kind: 'typing', person: ben, active: true },
    { kind: 'presence', person: ben, online: true },
    { kind: 'keyChanged', contact: ben, name: 'ben', newPerson: 'n'.repeat(32) },
    { kind: 'refused', code: 'bad_signature', message: 'one' },
    { kind: 'refused', code: 'bad_signature', message: 'two' },
  ];
  const state = notices.reduce(
    (before, notice) => applyNotice(before, notice, 1),
    initialPeerState(me, nothing),
  );
  expect(state.typing.has(ben)).toBe(true);
  expect(state.online.has(ben)).toBe(true);
  expect(state.changedKeys.get(ben)).toBe('n'.repeat(32));
  expect(state.refused.get('bad_signature')).toEqual({ count: 2, message: 'two' });
  const stopped = applyNotice(state, { kind: 'typing', person: ben, active: false }, 2);
  expect(stopped.typing.has(ben)).toBe(false);
  // Removing the contact ends the warning about it.
  expect(applyNotice(state, { kind: 'contactRemoved', id: ben }, 2).changedKeys.size).toBe(0);
});

test('entries change nothing that is kept here', () => {
  const state = initialPeerState(me, nothing);
  expect(applyNotice(state, { kind: 'entries', rows: [] }, 1)).toBe(state);
});
