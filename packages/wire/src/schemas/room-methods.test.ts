import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roomLimits } from '../rooms/room-limits.ts';
import { roomMethods } from './room-methods.ts';
import { nestsDeeper, parseClientFrame, rpcErrors, traceparentOf } from './room-request.ts';

const room = 'a2b3c4d5e6f7g2h3i4j5';
const person = 'a'.repeat(32);
const requestId = 'r-1';

function parse(method: string, params: unknown) {
  const row = roomMethods.find((each) => each.method === method);
  const parsed = row?.parse?.(params);
  if (parsed === undefined) throw new Error(`${method} makes no command`);
  return parsed;
}

function commandOf(method: string, params: unknown) {
  const parsed = parse(method, params);
  if (!parsed.ok || parsed.value.kind !== 'command') throw new Error(JSON.stringify(parsed));
  return parsed.value.command;
}

describe('calls become commands', () => {
  test.each([
    ['room.list', undefined, { kind: 'list' }],
    [
      'room.create',
      { requestId, name: 'Hut' },
      { kind: 'create', requestId, name: 'Hut', description: '', visibility: 'public' },
    ],
    [
      'room.join',
      { requestId, room, after: { epoch: 1, seq: 7 } },
      { kind: 'join', requestId, room, after: { epoch: 1, seq: 7 }, limit: 50 },
    ],
    ['room.leave', { requestId, room }, { kind: 'leave', requestId, room }],
    ['room.info', { room }, { kind: 'info', room }],
    [
      'room.send',
      { room, messageId: 'm', body: 'hello', replyTo: 3 },
      { kind: 'send', room, messageId: 'm', body: 'hello', replyTo: 3 },
    ],
    [
      'room.edit',
      { requestId, room, target: 1, body: 'b' },
      { kind: 'edit', requestId, room, target: 1, body: 'b' },
    ],
    [
      'room.react',
      { requestId, room, target: 1, emoji: '👍' },
      { kind: 'react', requestId, room, target: 1, emoji: '👍', on: true },
    ],
    ['room.redact', { requestId, room, target: 1 }, { kind: 'redact', requestId, room, target: 1 }],
    [
      'room.pin',
      { requestId, room, target: 1, on: false },
      { kind: 'pin', requestId, room, target: 1, on: false },
    ],
    [
      'room.invite',
      { requestId, room, person: 'guest:ben' },
      { kind: 'invite', requestId, room, person: 'guest:ben', personName: 'ben' },
    ],
    [
      'room.setRole',
      { requestId, room, person, role: 'reader' },
      { kind: 'setRole', requestId, room, person, role: 'reader' },
    ],
    ['room.ban', { requestId, room, person }, { kind: 'ban', requestId, room, person, on: true }],
    ['room.update', { requestId, room, name: 'New' }, { kind: 'update', requestId, room, name: 'New' }],
    ['room.typing', { room }, { kind: 'typing', room, active: true }],
    ['room.markRead', { room, seq: 9 }, { kind: 'markRead', room, seq: 9 }],
    ['room.history', { room, before: 9 }, { kind: 'history', room, before: 9, limit: 50 }],
    [
      'room.history',
      { room, after: { epoch: 2, seq: 9 }, limit: 5 },
      { kind: 'history', room, after: 9, limit: 5 },
    ],
    ['room.delete', { requestId, room }, { kind: 'delete', requestId, room }],
  ])('%s %j', (method, params, command) => {
    expect(commandOf(method, params)).toEqual(command);
  });

  test('every method but those of the session becomes a command', () => {
    const own = roomMethods.filter(({ parse }) => parse === undefined).map(({ method }) => method);
    expect(own).toEqual(['session.open', 'session.ping']);
  });

  test('a person that is named is looked up first', () => {
    const parsed = parse('room.invite', { requestId, room, name: 'ben' });
    if (!parsed.ok || parsed.value.kind !== 'about') throw new Error('not about a person');
    expect(parsed.value.by).toEqual({ name: 'ben' });
    expect(parsed.value.command({ person, name: 'ben' })).toMatchObject({ person, personName: 'ben' });
    const byId = parse('room.invite', { requestId, room, person });
    expect(byId).toMatchObject({ ok: true, value: { kind: 'about', by: { person } } });
    expect(parse('room.ban', { requestId, room, name: 'ben' })).toMatchObject({ value: { kind: 'about' } });
  });
});

describe('what is refused', () => {
  test.each([
    ['room.join', { requestId, room: 'no' }],
    ['room.join', { requestId, room, limit: roomLimits.historyLimit + 1 }],
    ['room.join', { requestId, room, after: 3 }],
    ['room.join', ['r-1', room]],
    ['room.send', { room, messageId: '~own', body: 'x' }],
    ['room.send', { room, messageId: 'm', body: '' }],
    ['room.send', { room, messageId: 'm', body: 7 }],
    ['room.send', { room, messageId: 'm', body: 'half a pair \ud83d' }],
    ['room.send', { room, messageId: 'm', body: 'nul \u0000' }],
    ['room.send', { room, messageId: 'm', body: 'x', replyTo: 0 }],
    ['room.send', { room, messageId: 'm', body: 'x', replyTo: 2 ** 53 }],
    ['room.send', { room, messageId: 'm', body: 'x', attachments: [] }],
    ['room.create', { requestId, name: ' Hut' }],
    ['room.create', { requestId, name: 'two\nlines' }],
    ['room.create', { requestId, name: 'Hut', visibility: 'secret' }],
    ['room.invite', { requestId, room }],
    ['room.invite', { requestId, room, person, name: 'ben' }],
    ['room.invite', { requestId, room, person: 'node:n1' }],
    ['room.setRole', { requestId, room, person, role: 'king' }],
    ['room.update', { requestId, room }],
    ['room.history', { room, before: 1, after: 2 }],
    ['room.history', { room, after: -1 }],
    ['room.markRead', { room, seq: 1.5 }],
  ])('%s %j', (method, params) => {
    const parsed = parse(method, params);
    expect(parsed).toMatchObject({ ok: false, code: 'bad_request' });
    expect(parsed.ok ? '' : parsed.reason).toMatch(/^params[\w.]* is not as it should be.*\.$/);
  });

  test('a body is measured in UTF-8 bytes', () => {
    const fits = '€'.repeat(Math.floor(roomLimits.bodyBytes / 3));
    expect(commandOf('room.send', { room, messageId: 'm', body: fits })).toMatchObject({ body: fits });
    const parsed = parse('room.send', { room, messageId: 'm', body: `${fits}€` });
    expect(parsed).toMatchObject({ ok: false, code: 'payload_too_large' });
  });

  test('a member named __proto__ reaches nothing', () => {
    const params = JSON.parse(`{"room":"${room}","__proto__":{"seq":1},"seq":2}`);
    expect(commandOf('room.markRead', params)).toEqual({ kind: 'markRead', room, seq: 2 });
    expect(({} as { seq?: unknown }).seq).toBeUndefined();
  });
});

describe('frames', () => {
  test.each([
    ['', rpcErrors.parse, null],
    ['{"jsonrpc":"2.0"', rpcErrors.parse, null],
    ['[]', rpcErrors.request, null],
    ['[{"jsonrpc":"2.0","id":1,"method":"room.list"}]', rpcErrors.request, null],
    ['null', rpcErrors.request, null],
    ['7', rpcErrors.request, null],
    ['{"id":1,"method":"room.list"}', rpcErrors.request, 1],
    ['{"jsonrpc":"2.0","id":"a"}', rpcErrors.request, 'a'],
    ['{"jsonrpc":"2.0","id":1,"method":1}', rpcErrors.request, 1],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":3}', rpcErrors.request, 1],
    ['{"jsonrpc":"2.0","id":null,"method":"m"}', rpcErrors.request, null],
    ['{"jsonrpc":"2.0","id":{},"method":"m"}', rpcErrors.request, null],
    ['{"jsonrpc":"2.0","id":1.5,"method":"m"}', rpcErrors.request, null],
  ])('%s is answered with %d for %j', (text, rpcCode, id) => {
    expect(parseClientFrame(text)).toMatchObject({ kind: 'error', rpcCode, id });
  });

  test('of two members with one name the last one counts', () => {
    const frame = parseClientFrame('{"jsonrpc":"2.0","id":1,"id":2,"method":"a","method":"b"}');
    expect(frame).toEqual({ kind: 'call', id: 2, method: 'b', params: undefined });
  });

  test('depth is what the parsed value has, whatever its strings hold', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    const value = fc.jsonValue({ maxDepth: 6 });
    fc.assert(
      fc.property(value, fc.nat(7), fc.constantFrom('[', ']{', '"', '\\"['), (inner, most, text) => {
        const json = JSON.stringify([inner, text]);
        expect(nestsDeeper(json, most)).toBe(depthOf(JSON.parse(json)) > most);
      }),
    );
  });

  test('a frame of nothing but brackets is refused before it is parsed', () => {
    const frame = parseClientFrame('['.repeat(roomLimits.frameBytes));
    expect(frame).toMatchObject({ kind: 'error', rpcCode: rpcErrors.request });
  });
});

test('a traceparent is taken when it is one', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  expect(traceparentOf({ traceparent })).toBe(traceparent);
  for (const wrong of [undefined, null, 7, '', traceparent.replace('00-', 'ff-'), `${traceparent}0`])
    expect(traceparentOf({ traceparent: wrong })).toBeUndefined();
  expect(traceparentOf([traceparent])).toBeUndefined();
});
