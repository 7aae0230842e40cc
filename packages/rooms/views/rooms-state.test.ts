import type { ClientNotice } from '@bothy/rooms/client-core';
import type { RoomContent, RoomEntry, RoomInfo, RoomMember } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { deletionProgress } from './deletion-progress.ts';
import { memberSections } from './members.ts';
import { roomList } from './room-list.ts';
import { connectionWords, happeningWords, stateWords } from './room-words.ts';
import {
  applyRoomsNotice,
  emptyRoomsState,
  type RoomsState,
  typingNames,
  withHistory,
} from './rooms-state.ts';

const info: RoomInfo = {
  id: 'x',
  name: 'Hut',
  description: 'warm',
  visibility: 'public',
  administrator: 'n1',
  memberCount: 1,
  state: 'available',
  epoch: 1,
  lastSeq: 0,
  pinned: [],
};
const anna: RoomMember = {
  person: 'guest:anna',
  name: 'anna',
  role: 'member',
  verified: false,
  presence: 'online',
};

function entry(seq: number, content: RoomContent, name = 'ben'): RoomEntry {
  return { epoch: 1, seq, author: `guest:${name}`, name, sentAt: 0, key: `k-${seq}`, content };
}

function after(...notices: readonly ClientNotice[]): RoomsState {
  return notices.reduce((state, notice) => applyRoomsNotice(state, notice, 0), emptyRoomsState);
}

const told: ClientNotice = { kind: 'room', room: info, members: [anna] };

describe('the state of rooms', () => {
  test('members follow the entries, and are not changed by those that they were told with', () => {
    const joined: RoomContent = { kind: 'joined', person: 'guest:ben', personName: 'ben', role: 'member' };
    const left: RoomContent = { kind: 'left', person: 'guest:anna', personName: 'anna', reason: 'left' };
    const later = { ...told, room: { ...info, lastSeq: 1 } };
    const entries = [entry(1, left, 'anna'), entry(2, joined)];
    const room = after(later, { kind: 'entries', room: 'x', entries }).rooms.get('x');
    expect(room?.members.map(({ name }) => name)).toEqual(['anna', 'ben']);
    expect(room?.info).toMatchObject({ memberCount: 2, lastSeq: 2 });
  });

  test('roles, bans, presence and words of the room', () => {
    const contents: readonly RoomContent[] = [
      { kind: 'role', person: 'guest:anna', role: 'moderator' },
      { kind: 'updated', roomName: 'New' },
      { kind: 'pin', target: 1, on: true },
      { kind: 'joined', person: 'guest:ben', personName: 'ben', role: 'member' },
      { kind: 'banned', person: 'guest:ben', on: true },
    ];
    const entries = contents.map((content, index) => entry(index + 1, content));
    const state = after(
      told,
      { kind: 'entries', room: 'x', entries },
      { kind: 'presence', room: 'x', person: 'guest:anna', presence: 'away' },
      { kind: 'state', room: 'x', state: 'unavailable', reason: 'n1 is gone' },
    );
    const room = state.rooms.get('x');
    expect(room?.members).toEqual([{ ...anna, role: 'moderator', presence: 'away' }]);
    expect(room?.info).toMatchObject({ name: 'New', pinned: [1], state: 'unavailable' });
    expect(room?.stateReason).toBe('n1 is gone');
  });

  test('a sign of writing ends with the message, with its own end, and with time', () => {
    const sign: ClientNotice = { kind: 'typing', room: 'x', person: 'guest:ben', name: 'ben', active: true };
    const writing = after(told, sign).rooms.get('x');
    expect(writing && typingNames(writing, 1_000)).toEqual(['ben']);
    expect(writing && typingNames(writing, 6_000)).toEqual([]);
    const said: ClientNotice = {
      kind: 'entries',
      room: 'x',
      entries: [entry(1, { kind: 'message', body: 'a' })],
    };
    for (const end of [said, { ...sign, active: false }])
      expect(after(told, sign, end).rooms.get('x')?.typing.size).toBe(0);
  });

  test('own messages wait, fail, are sent; a room that is left is told of once', () => {
    const message = { room: 'x', messageId: 'm', body: 'a', writtenAt: 0 };
    const failed = { ...message, failure: { code: 'forbidden', message: 'No.' } } as const;
    const waiting = after({ kind: 'message', message, state: 'pending' });
    expect(waiting.outgoing).toEqual([message]);
    const refused = applyRoomsNotice(waiting, { kind: 'message', message: failed, state: 'failed' }, 0);
    expect(refused.outgoing).toEqual([failed]);
    expect(
      applyRoomsNotice(refused, { kind: 'message', message, state: 'sent', seq: 1 }, 0).outgoing,
    ).toEqual([]);
    const out = after(told, { kind: 'out', room: 'x', reason: 'banned', message: 'Banned.' });
    expect(out.rooms.size).toBe(0);
    expect(out.out).toHaveLength(1);
  });

  test('history goes where it belongs, and a reset takes away what is not', () => {
    const message: RoomContent = { kind: 'message', body: 'a' };
    const live = after(told, { kind: 'entries', room: 'x', entries: [entry(3, message)] });
    const whole = withHistory(live, 'x', [entry(1, message), entry(2, message)]);
    expect(whole.rooms.get('x')?.timeline.entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(whole.rooms.get('x')?.version).not.toBe(live.rooms.get('x')?.version);
    const reset = applyRoomsNotice(whole, { kind: 'reset', room: 'x', commonSeq: 1 }, 0);
    expect(reset.rooms.get('x')?.timeline.lastSeq).toBe(1);
  });
});

test('the list: unread first, then the last word; others by name; what is missing in words', () => {
  const room = (id: string, name: string, more: Partial<RoomInfo> = {}): RoomInfo => ({
    ...info,
    id,
    name,
    ...more,
  });
  const list = roomList({
    rooms: [
      room('a', 'Alm'),
      room('b', 'Berg'),
      room('c', 'Col', { state: 'unavailable' }),
      room('d', 'zelt'),
      room('e', 'Ecke'),
    ],
    unreachable: ['n2'],
    joined: new Set(['a', 'b', 'c']),
    unread: new Map([
      ['c', 120],
      ['d', 5],
    ]),
    lastAt: new Map([
      ['b', 9],
      ['a', 3],
    ]),
    search: '',
  });
  expect(list.joined.map(({ room: { id } }) => id)).toEqual(['c', 'b', 'a']);
  expect(list.joined[0]).toMatchObject({ unreadWords: '99+', stateWords: 'n1 is away' });
  expect(list.others.map(({ room: { id } }) => id)).toEqual(['e', 'd']);
  expect(list.missing).toContain('n2 cannot be reached');
  const base = { unreachable: [], joined: new Set<string>(), unread: new Map(), lastAt: new Map() };
  expect(
    roomList({ ...base, rooms: [room('a', 'Alm'), room('b', 'Berg')], search: 'BER ' }).others,
  ).toHaveLength(1);
});

test('members: who is there first, owners first among them', () => {
  const sections = memberSections([
    { ...anna, name: 'zoe', person: 'guest:zoe' },
    { ...anna, presence: 'offline', role: 'owner' },
    { ...anna, name: 'ben', person: 'guest:ben', role: 'owner' },
  ]);
  expect(sections.map(({ presence, members }) => [presence, members.map(({ name }) => name)])).toEqual([
    ['online', ['ben', 'zoe']],
    ['offline', ['anna']],
  ]);
});

describe('words', () => {
  test('what happens when the node of a room is gone', () => {
    expect(stateWords('unavailable', info).long).toMatch(
      /cannot be reached.*is kept here and sent when n1 is back/,
    );
    expect(stateWords('available', info)).toEqual({ short: '', long: '' });
  });

  test('what happened, to others and to oneself', () => {
    const left: RoomContent = {
      kind: 'left',
      person: 'guest:anna',
      personName: 'anna',
      reason: 'nodeFailed',
    };
    expect(happeningWords(entry(1, left), undefined)).toBe('anna left: their node was gone for too long.');
    expect(happeningWords(entry(1, left), 'guest:anna')).toBe('You left: your node was gone for too long.');
    const unknown: RoomContent = { kind: 'unknown', original: 'poll', fields: {} };
    expect(happeningWords(entry(1, unknown), undefined)).toContain('poll');
    expect(happeningWords(entry(1, { kind: 'message', body: 'a' }), undefined)).toBe('');
  });

  test('how the connection stands', () => {
    const waiting = {
      kind: 'connection',
      state: 'waiting',
      url: 'ws://n2:8080/ws',
      retryInMs: 4_200,
    } as const;
    expect(connectionWords(waiting)).toBe(
      'No connection. Trying n2:8080 in 4 s. What you write is kept and sent then.',
    );
    expect(connectionWords({ kind: 'connection', state: 'open', url: 'ws://n2/ws' })).toBe('');
  });

  test('how a deletion goes', () => {
    const votes = { n2: 'ready', n3: 'ready' } as const;
    expect(deletionProgress(undefined)).toMatchObject({ isOver: false, steps: [{ state: 'waiting' }] });
    expect(deletionProgress({ outcome: 'committed', votes, pending: [] })).toMatchObject({
      isOver: true,
      fraction: 1,
    });
    const told = deletionProgress({ outcome: 'pending', votes, pending: ['n3'] });
    expect(told).toMatchObject({ isOver: false, fraction: 0.75 });
    expect(told.steps.at(-1)?.words).toContain('n3 has not confirmed');
    const refused = deletionProgress({
      outcome: 'aborted',
      votes: { n2: 'abort', n3: 'silent' },
      pending: [],
      reason: 'n2 is busy.',
    });
    expect(refused.steps.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
    expect(refused.steps.at(-1)?.words).toContain('n2 is busy.');
  });
});
