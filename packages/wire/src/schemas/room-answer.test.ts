import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RoomContent, RoomEntry } from '../rooms/room-entry.ts';
import { entryNotification, flatEntry, noticeNotification } from '../rooms/room-notices.ts';
import { callId, parseServerFrame } from './room-answer-schema.ts';

const room = 'a2b3c4d5e6f7g2h3i4j5';
const person = 'a'.repeat(32);

function entryOf(content: RoomContent): RoomEntry {
  return { epoch: 2, seq: 7, author: person, name: 'anna', sentAt: 5, key: 'k-1', content };
}

const contents: readonly RoomContent[] = [
  { kind: 'message', body: 'hello', replyTo: 3 },
  { kind: 'message', body: null },
  { kind: 'edit', target: 1, body: 'b' },
  { kind: 'redact', target: 1, reason: 'r' },
  { kind: 'react', target: 1, emoji: '👍', on: true },
  { kind: 'pin', target: 1, on: false },
  { kind: 'created', roomName: 'Hut', description: '', visibility: 'public' },
  { kind: 'updated', roomName: 'New' },
  { kind: 'joined', person, personName: 'anna', role: 'member' },
  { kind: 'left', person, personName: 'anna', reason: 'nodeFailed' },
  { kind: 'invited', person, personName: 'anna' },
  { kind: 'role', person, role: 'owner' },
  { kind: 'banned', person, on: true },
  { kind: 'unknown', original: 'poll', fields: { options: ['a', 'b'] } },
];

function text(value: object): string {
  return JSON.stringify({ jsonrpc: '2.0', ...value });
}

test.each(contents)('an entry comes back as it was written: %j', (content) => {
  const entry = entryOf(content);
  expect(parseServerFrame(text(entryNotification(room, entry)))).toEqual({ kind: 'entry', room, entry });
  const result = { entries: [flatEntry(entry)], complete: true };
  expect(parseServerFrame(text({ id: callId('room.history', 1), result }))).toMatchObject({
    kind: 'answer',
    method: 'room.history',
    result: { entries: [entry], complete: true },
  });
});

test('a known kind with other members counts as unknown, for a log without it would have a hole', () => {
  const params = { room, ...flatEntry(entryOf({ kind: 'pin', target: 1, on: true })), target: 'all' };
  expect(parseServerFrame(text({ method: 'room.entry', params }))).toMatchObject({
    kind: 'entry',
    entry: { seq: 7, content: { kind: 'unknown', original: 'pin', fields: { target: 'all' } } },
  });
});

test('notices come back as they were written', () => {
  for (const notice of [
    { kind: 'gap', room, from: 1, to: 2 },
    { kind: 'state', room, state: 'unavailable', reason: 'n2 is gone' },
    { kind: 'presence', room, person, presence: 'away' },
    { kind: 'typing', room, person, name: 'anna', active: true },
    { kind: 'node', node: 'n2', health: 'down' },
  ] as const)
    expect(parseServerFrame(text(noticeNotification(notice)))).toEqual({ kind: 'notice', notice });
});

describe('what is not of the protocol', () => {
  test.each([
    ['', 'malformed'],
    ['[]', 'malformed'],
    ['{"jsonrpc":"1.0","id":"room.list#1","result":{}}', 'malformed'],
    [text({ id: 'room.list#1', result: { rooms: 'none' } }), 'malformed'],
    [text({ id: 'constructor#1', result: {} }), 'malformed'],
    [text({ id: 7, result: {} }), 'malformed'],
    [text({ method: 'room.message', params: { room, body: 'no head' } }), 'malformed'],
    [text({ method: 'room.state', params: { room, state: 'on fire', reason: '' } }), 'malformed'],
    [text({ method: 'telemetry.tick', params: {} }), 'unknown'],
    [text({ method: '__proto__' }), 'unknown'],
  ])('%s is %s', (frame, kind) => {
    expect(parseServerFrame(frame).kind).toBe(kind);
  });

  test('a refusal keeps its code; one of a later version is internal', () => {
    const error = { code: -32000, message: 'No.', data: { code: 'banned' } };
    expect(parseServerFrame(text({ id: 'room.join#1', error }))).toEqual({
      kind: 'refusal',
      id: 'room.join#1',
      code: 'banned',
      message: 'No.',
    });
    const later = { code: -32000, message: 'No.', data: { code: 'too_tired' } };
    expect(parseServerFrame(text({ id: null, error: later }))).toMatchObject({ id: null, code: 'internal' });
  });

  test('any JSON is parsed to something, and nothing throws', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(parseServerFrame(json).kind).toBeTypeOf('string');
      }),
    );
  });
});
