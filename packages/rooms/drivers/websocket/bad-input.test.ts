import { type ErrorCode, roomLimits } from '@bothy/wire';
import { rpcErrors } from '@bothy/wire/schemas';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeCodes } from './close-codes.ts';
import { RawClient } from './raw-client.ts';
import { openStage, plainScript, reply, room, type Stage, StageClient } from './socket-stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const request = (method: unknown, params?: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 'x', method, params });
const deep = `${'['.repeat(17)}${']'.repeat(17)}`;

describe('[WS4] is answered, and the connection goes on', () => {
  test.each<[string, number, ErrorCode]>([
    ['hello', rpcErrors.parse, 'bad_request'],
    ['{"jsonrpc":"2.0","id":1,', rpcErrors.parse, 'bad_request'],
    ['[]', rpcErrors.request, 'bad_request'],
    [`[${request('room.list')}]`, rpcErrors.request, 'bad_request'],
    ['"room.list"', rpcErrors.request, 'bad_request'],
    ['{"jsonrpc":"1.0","id":1,"method":"room.list"}', rpcErrors.request, 'bad_request'],
    [request(7), rpcErrors.request, 'bad_request'],
    [request('room.list', 'all'), rpcErrors.request, 'bad_request'],
    [deep, rpcErrors.request, 'bad_request'],
    [request('room.info', { room, deep: JSON.parse(deep) }), rpcErrors.request, 'bad_request'],
    [request('room.burn'), rpcErrors.method, 'unknown_method'],
    [request('constructor'), rpcErrors.method, 'unknown_method'],
    [request('__proto__'), rpcErrors.method, 'unknown_method'],
    [request('x'.repeat(10_000)), rpcErrors.method, 'unknown_method'],
    [request('room.info', {}), rpcErrors.params, 'bad_request'],
    [request('room.info', [room]), rpcErrors.params, 'bad_request'],
    [request('room.info', { room: 7 }), rpcErrors.params, 'bad_request'],
    [request('room.send', { room, messageId: 'm', body: { a: 1 } }), rpcErrors.params, 'bad_request'],
    [request('room.markRead', { room, seq: 1e300 }), rpcErrors.params, 'bad_request'],
    [
      request('room.send', { room, messageId: 'm', body: 'x'.repeat(roomLimits.bodyBytes + 1) }),
      rpcErrors.params,
      'payload_too_large',
    ],
    [request('session.open', { name: 'ben' }), rpcErrors.request, 'bad_request'],
  ])('%.60s', async (text, rpcCode, code) => {
    const client = await StageClient.open(stage);
    const answer = await client.exchange(text);
    expect(answer.error).toMatchObject({ code: rpcCode, data: { code } });
    expect(answer.error?.message).toMatch(/^.{5,200}\.$/);
    expect(await client.call('room.list')).toMatchObject({ result: { rooms: [] } });
    expect(stage.inputs.map(({ kind }) => kind)).toEqual(['sessionOpened', 'command']);
    expect(stage.server.refusals.get(code)).toBe(1);
  });

  test('what the core refuses has its code and sentence', async () => {
    await stage.close();
    stage = await openStage({
      script: (input) =>
        input.kind === 'command'
          ? [reply(input, { ok: false, code: 'room_not_found', message: 'There is no such room.' })]
          : plainScript(input),
    });
    const client = await StageClient.open(stage);
    const { error } = await client.call('room.info', { room });
    expect(error).toEqual({
      code: rpcErrors.ours,
      message: 'There is no such room.',
      data: { code: 'room_not_found' },
    });
  });
});

describe('[WS5] ends the connection', () => {
  test('a binary frame', async () => {
    const client = await StageClient.open(stage);
    client.webSocket.send(Buffer.from('{}'));
    expect((await client.closed).code).toBe(closeCodes.protocolError);
    expect(stage.server.counts.brokenFrames).toBe(1);
  });

  test('text that is not UTF-8', async () => {
    const client = await RawClient.connect(stage.port);
    client.send(Buffer.from([0x22, 0xc3, 0x28, 0x22]));
    await client.until(() => client.frames.length > 0);
    expect(client.frames[0]).toMatchObject({ opcode: 0x8, payload: Buffer.from([0x03, 0xef]) });
    expect(stage.server.counts.brokenFrames).toBe(1);
  });

  test('a frame of 10 MB, by its head', async () => {
    const client = await RawClient.connect(stage.port);
    client.send('', 0x1, 10 * 1024 * 1024);
    await client.until(() => client.frames.length > 0);
    expect(client.frames[0]).toMatchObject({ opcode: 0x8, payload: Buffer.from([0x03, 0xf1]) });
    expect(stage.server.counts.frames).toBe(0);
  });

  test('a frame just over the limit, and not one just at it', async () => {
    const client = await StageClient.open(stage);
    const fits = request('room.list').padEnd(roomLimits.frameBytes, ' ');
    expect(await client.exchange(fits)).toMatchObject({ id: 'x', result: {} });
    client.webSocket.send(`${fits} `);
    expect((await client.closed).code).toBe(1009);
  });
});

test('[WS6] a request without an id is carried out and never answered', async () => {
  const client = await StageClient.open(stage);
  for (const method of ['room.typing', 'room.burn', 'session.ping', 'session.open'])
    client.webSocket.send(JSON.stringify({ jsonrpc: '2.0', method, params: { room } }));
  await client.call('room.list');
  expect(client.received.map(({ id }) => id)).toEqual([1, 2]);
  expect(stage.inputs.flatMap((input) => (input.kind === 'command' ? [input.command] : []))).toEqual([
    { kind: 'typing', room, active: true },
    { kind: 'list' },
  ]);
  expect(stage.server.counts.notifications).toBe(4);
});

test('[WS7] more than the rate allows is refused, and less later is not', async () => {
  await stage.close();
  stage = await openStage({ rate: { burst: 3, perSecond: 1 } });
  const client = await StageClient.open(stage);
  const calls = await Promise.all([1, 2, 3, 4].map(() => client.call('room.list')));
  expect(calls.map(({ error }) => error?.data.code)).toEqual([
    undefined,
    undefined,
    'rate_limited',
    'rate_limited',
  ]);
  expect(await client.exchange('no JSON')).toMatchObject({ error: { data: { code: 'rate_limited' } } });
  stage.nowMs += 1_000;
  expect(await client.call('room.list')).toMatchObject({ result: {} });
});

test('[WS7] answers carry the ids of their calls, in whatever order they come', async () => {
  await stage.close();
  const waiting: Extract<(typeof stage.inputs)[number], { kind: 'command' }>[] = [];
  stage = await openStage({
    maxPending: 2,
    script: (input) => {
      if (input.kind !== 'command') return plainScript(input);
      waiting.push(input);
      return [];
    },
  });
  const client = await StageClient.open(stage);
  const [first, second, third] = [1, 2, 3].map(() => client.call('room.list'));
  expect(await third).toMatchObject({ id: 4, error: { data: { code: 'rate_limited' } } });
  for (const input of waiting.reverse())
    stage.perform(reply(input, { ok: true, value: { rooms: [], unreachable: [input.id] } }));
  const [a, b] = waiting.map(({ id }) => id);
  expect(await first).toMatchObject({ id: 2, result: { unreachable: [b] } });
  expect(await second).toMatchObject({ id: 3, result: { unreachable: [a] } });
});
