import { setImmediate as turn } from 'node:timers/promises';
import { BothyError, roomLimits } from '@bothy/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { closeCodes } from './close-codes.ts';
import { RawClient } from './raw-client.ts';
import type { SignIn } from './socket-options.ts';
import { actorOf, openStage, plainScript, reply, room, type Stage, StageClient } from './socket-stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

test('[WS1] bothy.v1 is chosen, and none is fine', async () => {
  const offered = await RawClient.connect(stage.port, ['Sec-WebSocket-Protocol: other, bothy.v1']);
  expect(offered.head).toMatch(/^HTTP\/1.1 101 [\s\S]*Sec-WebSocket-Protocol: bothy\.v1\r\n/);
  const plain = await RawClient.connect(stage.port);
  expect(plain.head).toMatch(/^HTTP\/1.1 101 /);
  expect(plain.head).not.toMatch(/^sec-websocket-protocol/im);
  for (const { socket } of [offered, plain]) socket.destroy();
});

test('[WS1] others alone are refused', async () => {
  const client = await RawClient.connect(stage.port, ['Sec-WebSocket-Protocol: bothy.v2']);
  expect(client.head).toMatch(/^HTTP\/1.1 400 /);
  await client.until(() => false);
  expect(JSON.parse(client.bytes.toString())).toMatchObject({ code: 'unsupported_version' });
  expect(stage.server.connections).toBe(0);
});

test('a server that is full, or stops, says so', async () => {
  await stage.close();
  stage = await openStage({ maxConnections: 1 });
  await StageClient.open(stage);
  const client = await RawClient.connect(stage.port);
  expect(client.head).toMatch(/^HTTP\/1.1 503 /);
});

test('[WS2] nothing but a ping is answered before session.open', async () => {
  const client = await StageClient.connect(stage);
  expect(await client.call('room.list')).toMatchObject({ error: { data: { code: 'session_required' } } });
  expect(await client.call('room.burn')).toMatchObject({ error: { data: { code: 'session_required' } } });
  expect(await client.call('session.ping')).toMatchObject({ result: { now: 1_700_000_000_000 } });
  expect(stage.inputs).toEqual([]);
  stage.nowMs = 10_000;
  stage.server.sweep();
  expect(stage.server.connections).toBe(1);
  stage.nowMs = 10_001;
  stage.server.sweep();
  expect((await client.closed).code).toBe(closeCodes.notOpened);
});

test('session.open says who one is, what the limits are, and how rooms go on', async () => {
  await stage.close();
  const resumed = [{ room, from: 8, complete: true }];
  stage = await openStage({
    script: (input) =>
      input.kind === 'sessionOpened'
        ? [{ kind: 'opened', session: input.session, resumed }]
        : plainScript(input),
  });
  const client = await StageClient.connect(stage);
  const resume = [{ room, epoch: 1, seq: 7 }];
  const { result } = await client.call('session.open', { name: 'anna', resume });
  expect(result).toEqual({
    node: 'n1',
    protocol: 'bothy.v1',
    person: 'guest:anna',
    name: 'anna',
    verified: false,
    heartbeatMs: roomLimits.heartbeatMs,
    limits: roomLimits,
    resumed,
  });
  expect(stage.inputs).toMatchObject([{ kind: 'sessionOpened', actor: actorOf('anna'), resume }]);
});

test('[WS3] who may not sign in is told, and may try again', async () => {
  const client = await StageClient.connect(stage);
  const { error } = await client.call('session.open', { name: 'nobody' });
  expect(error).toMatchObject({
    data: { code: 'unauthorized' },
    message: expect.stringContaining('not let in'),
  });
  expect(stage.inputs).toEqual([]);
  expect(await client.call('session.open', { name: 'anna' })).toMatchObject({ result: { name: 'anna' } });
});

test('a second session.open is refused while the first is looked at', async () => {
  await stage.close();
  const signIn = Promise.withResolvers<SignIn>();
  stage = await openStage({ authenticate: () => signIn.promise });
  const client = await StageClient.connect(stage);
  const first = client.call('session.open', { name: 'anna' });
  const second = await client.call('session.open', { name: 'ben' });
  expect(second).toMatchObject({ error: { code: -32600, data: { code: 'bad_request' } } });
  signIn.resolve({ ok: true, actor: actorOf('anna') });
  expect(await first).toMatchObject({ result: { name: 'anna' } });
  expect(stage.inputs).toHaveLength(1);
});

test('[WS3] a sign-in that fails inside shows nothing of it', async () => {
  await stage.close();
  stage = await openStage({ authenticate: () => Promise.reject(new Error('secret path')) });
  const client = await StageClient.connect(stage);
  const { error } = await client.call('session.open', {});
  expect(error).toMatchObject({ code: -32603, data: { code: 'internal' } });
  expect(error?.message).not.toContain('secret');
});

test('[WS12] a client from which nothing came for two heartbeats is let go, and one that pings is not', async () => {
  const silent = await StageClient.open(stage, 'anna');
  const lively = await StageClient.open(stage, 'ben');
  stage.nowMs = 2 * roomLimits.heartbeatMs;
  await lively.call('session.ping');
  stage.nowMs += 1;
  stage.server.sweep();
  expect((await silent.closed).code).toBe(closeCodes.silent);
  expect(await lively.call('session.ping')).toMatchObject({ result: {} });
  expect(stage.server.counts.silentCloses).toBe(1);
});

test('[WS13] a stop writes what waits and tells everybody to reconnect', async () => {
  const client = await StageClient.join(stage);
  stage.perform({ kind: 'notice', to: 'all', notice: { kind: 'node', node: 'n2', health: 'down' } });
  await stage.server.stop();
  expect((await client.closed).code).toBe(closeCodes.nodeStopping);
  expect(client.received.at(-1)).toMatchObject({ method: 'node.state', params: { node: 'n2' } });
  const late = new WebSocket(stage.url);
  const failed = await new Promise<Error>((resolve) => late.on('error', resolve));
  expect(failed.message).toContain('503');
});

test('[WS13] a stop cuts off who does not hang up', async () => {
  const client = await RawClient.connect(stage.port);
  await stage.server.stop();
  await client.until(() => false);
  expect(client.frames).toMatchObject([{ opcode: 0x8 }]);
});

test('[WS14] the core hears of an end once, and a late answer goes nowhere', async () => {
  await stage.close();
  stage = await openStage({ script: (input) => (input.kind === 'command' ? [] : plainScript(input)) });
  const client = await StageClient.open(stage);
  const other = await StageClient.open(stage, 'ben');
  client.webSocket.send(JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'room.list' }));
  await other.call('session.ping');
  const command = stage.inputs.find((input) => input.kind === 'command');
  client.webSocket.close();
  await client.closed;
  await other.call('session.ping');
  expect(stage.inputs.filter(({ kind }) => kind === 'sessionClosed')).toEqual([
    { kind: 'sessionClosed', session: client.session },
  ]);
  if (command?.kind !== 'command') throw new Error('no command came');
  stage.perform(reply(command, { ok: true, value: { rooms: [], unreachable: [] } }));
  await other.call('session.ping');
  expect(client.received).toHaveLength(1);
  const [, socket] = stage.sockets;
  const gone = new Promise((resolve) => socket?.once('close', resolve));
  stage.server.endAll('restarted');
  expect((await other.closed).code).toBe(closeCodes.restarted);
  await gone;
  // The library tells of the end in a later turn.
  await turn();
  await turn();
  expect(stage.inputs.filter(({ kind }) => kind === 'sessionClosed')).toHaveLength(2);
});

test('sessions of a person whose sign-in holds no longer are ended', async () => {
  const [client, other] = [await StageClient.open(stage, 'anna'), await StageClient.open(stage, 'ben')];
  stage.server.endSessions('guest:anna');
  expect((await client.closed).code).toBe(closeCodes.unauthorized);
  expect(await other.call('session.ping')).toMatchObject({ result: {} });
});

test('[WS15] methods of other parts are called, refuse, fail, and are told of the end', async () => {
  await stage.close();
  const opened: string[] = [];
  const ended: string[] = [];
  const failing: Readonly<Record<string, Error>> = {
    refuse: new BothyError('not_found', 'There is no such sensor.'),
    fail: new Error('secret'),
  };
  stage = await openStage({
    extensions: [
      {
        methods: [
          {
            method: 'telemetry.subscribe',
            parse: (params) =>
              params === undefined
                ? { ok: false, code: 'bad_request', reason: 'params is missing.' }
                : { ok: true, value: params },
            call: async ({ actor }, params) => {
              const failure = failing[(params as { sensor: string }).sensor];
              if (failure !== undefined) throw failure;
              return { snapshot: [], for: actor.name };
            },
          },
        ],
        sessionOpened: ({ id, actor }) => opened.push(`${actor.name} ${id}`),
        sessionClosed: ({ id }) => ended.push(id),
      },
    ],
  });
  const client = await StageClient.open(stage);
  const subscribe = async (params?: unknown) => await client.call('telemetry.subscribe', params);
  expect(opened).toEqual([`anna ${client.session}`]);
  expect(await subscribe({ sensor: 't1' })).toMatchObject({ result: { snapshot: [], for: 'anna' } });
  expect(await subscribe()).toMatchObject({ error: { code: -32602, data: { code: 'bad_request' } } });
  expect(await subscribe({ sensor: 'refuse' })).toMatchObject({ error: { data: { code: 'not_found' } } });
  const { error } = await subscribe({ sensor: 'fail' });
  expect(error).toMatchObject({ data: { code: 'internal' } });
  expect(error?.message).not.toContain('secret');
  stage.server.notify([client.session, 'gone'], { method: 'telemetry.tick', params: { n: 1 } });
  expect(await client.until(({ method }) => method === 'telemetry.tick')).toMatchObject({ params: { n: 1 } });
  client.webSocket.close();
  await client.closed;
  await StageClient.open(stage);
  expect(ended).toEqual([client.session]);
});

test('[WS17] a trace reaches the core when it is one, and its span ends', async () => {
  await stage.close();
  const spans: string[] = [];
  stage = await openStage({
    tracer: {
      call: (method, trace) => ({ trace, end: (outcome) => spans.push(`${method} ${outcome}`) }),
      delivered: (trace, _room, entries, sessions) => spans.push(`${trace} ${entries} ${sessions}`),
    },
  });
  const client = await StageClient.join(stage);
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await client.call('room.info', { room, traceparent });
  await client.call('room.info', { room, traceparent: 'no trace' });
  const traces = stage.inputs.map((input) => ('trace' in input ? input.trace : undefined));
  expect(traces).toEqual([undefined, undefined, traceparent, undefined]);
  stage.perform({ kind: 'deliver', room, entries: [], trace: 'x' });
  expect(spans).toEqual(['session.open ok', 'room.join ok', 'room.info ok', 'room.info ok', 'x 0 1']);
});

test('[WS18] a person is looked up before the core hears of the command', async () => {
  await stage.close();
  const person = 'b'.repeat(32);
  stage = await openStage({
    findPerson: async (by) => ('name' in by && by.name === 'ben' ? { person, name: 'ben' } : undefined),
  });
  const client = await StageClient.open(stage);
  const invite = { requestId: 'r-1', room };
  expect(await client.call('room.invite', { ...invite, name: 'eve' })).toMatchObject({
    error: { data: { code: 'not_found' } },
  });
  await client.call('room.invite', { ...invite, name: 'ben' });
  const commands = stage.inputs.filter((input) => input.kind === 'command');
  expect(commands).toMatchObject([{ command: { kind: 'invite', person, personName: 'ben' } }]);
});
