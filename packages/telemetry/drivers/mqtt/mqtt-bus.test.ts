import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { seededRandom } from '@bothy/protocols';
import { nodeTimers } from '@bothy/runtime/node';
import { type RunningMosquitto, runProgram, startMosquitto } from '@bothy/testkit';
import { BothyError } from '@bothy/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MqttBus, type MqttBusOptions } from './mqtt-bus.ts';
import type { BusMessage } from './telemetry-bus.ts';

let broker: RunningMosquitto;
const buses: MqttBus[] = [];

beforeEach(async () => {
  broker = await startMosquitto();
});
afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.stop();
  await broker.stop();
});

function makeBus(options: Partial<MqttBusOptions> = {}): MqttBus {
  const bus = new MqttBus({
    url: broker.url,
    clientId: 'edge-1',
    timers: nodeTimers,
    random: seededRandom('bus'),
    firstRetryMs: 20,
    longestRetryMs: 100,
    ...options,
  });
  buses.push(bus);
  return bus;
}

const connected = (bus: MqttBus): Promise<void> => new Promise((resolve) => bus.onConnect(resolve));
const disconnected = (bus: MqttBus): Promise<void> => new Promise((resolve) => bus.onDisconnect(resolve));

/** A bus that listens, and what it has heard; `next` waits for one more. */
async function listener(filter: string): Promise<{ next: () => Promise<BusMessage> }> {
  const heard: BusMessage[] = [];
  const waiting: ((message: BusMessage) => void)[] = [];
  const bus = makeBus({ clientId: `listener-${buses.length}` });
  bus.subscribe(filter, (message) => {
    const waits = waiting.shift();
    if (waits === undefined) heard.push(message);
    else waits(message);
  });
  await connected(bus);
  return {
    next: () => {
      const message = heard.shift();
      return message === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(message);
    },
  };
}

const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => BothyError.from(error).code,
  );

test('what is published is heard by ordinary tools, and theirs by it, retained ones marked', async () => {
  const bus = makeBus();
  expect(bus.connected).toBe(false);
  await connected(bus);
  const tool = runProgram('mosquitto_sub', ['-p', String(broker.port), '-t', 'env/#', '-C', '1', '-v']);
  // Until the tool has subscribed what is retained waits for it.
  await bus.publish('env/temperature/raw', '{"value":1}', { qos: 1, retain: true });
  expect((await tool.result).output).toBe('env/temperature/raw {"value":1}\n');
  const late = await listener('env/+/raw');
  expect(await late.next()).toMatchObject({ topic: 'env/temperature/raw', retained: true, from: undefined });
  await bus.publish('env/light/raw', new TextEncoder().encode('2'), { qos: 0, retain: false });
  const message = await late.next();
  expect([message.topic, text(message.payload), message.retained]).toEqual(['env/light/raw', '2', false]);
});

test('a subscription that comes late, or before a connection that was lost, is kept', async () => {
  const bus = makeBus();
  await connected(bus);
  const other = makeBus({ clientId: 'other' });
  await connected(other);
  const heard: string[] = [];
  let seen: () => void = () => {};
  bus.subscribe('edge/edge-1/control', ({ payload }) => {
    heard.push(text(payload));
    seen();
  });
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      seen = resolve;
    });
  const first = next();
  await other.publish('edge/edge-1/control', 'kept', { qos: 1, retain: true });
  await first;
  const gone = [disconnected(bus), disconnected(other)];
  await broker.kill();
  await Promise.all(gone);
  expect(bus.connected).toBe(false);
  expect(await codeOf(bus.publish('a', 'b', { qos: 1, retain: false }))).toBe('broker_unreachable');
  const back = [connected(bus), connected(other)];
  broker = await startMosquitto(broker.port);
  await Promise.all(back);
  const second = next();
  await other.publish('edge/edge-1/control', 'again', { qos: 1, retain: false });
  await second;
  expect(heard).toEqual(['kept', 'again']);
});

test('the last will is said when it vanishes, not when it stops', async () => {
  const status = await listener('edge/+/status');
  const will = { topic: 'edge/edge-1/status', payload: '{"state":"offline"}' };
  const proxy = await cuttableProxy(broker.port);
  const vanishing = makeBus({
    url: `mqtt://127.0.0.1:${proxy.port}`,
    will,
    firstRetryMs: 60_000,
    longestRetryMs: 60_000,
  });
  await connected(vanishing);
  proxy.cut();
  expect(text((await status.next()).payload)).toBe(will.payload);
  await proxy.close();
  const leaving = makeBus({ clientId: 'edge-2', will: { ...will, topic: 'edge/edge-2/status' } });
  await connected(leaving);
  await leaving.publish('edge/edge-2/status', 'goodbye', { qos: 1, retain: true });
  await leaving.stop();
  const after = makeBus({ clientId: 'after' });
  await connected(after);
  await after.publish('edge/after/status', 'after', { qos: 1, retain: false });
  expect(text((await status.next()).payload)).toBe('goodbye');
  expect(text((await status.next()).payload)).toBe('after');
});

test('what is not acknowledged when the connection ends is rejected, whatever waits behind it too', async () => {
  const silent = await silentBroker();
  const bus = makeBus({ url: `mqtt://127.0.0.1:${silent.port}`, maxInFlight: 2, maxWaiting: 3 });
  await connected(bus);
  const codes = ['a', 'b', 'c', 'd', 'e', 'f'].map((topic) =>
    codeOf(bus.publish(topic, '', { qos: 1, retain: false })),
  );
  expect(await codes[5]).toBe('limit_reached');
  expect(bus.pending).toBe(5);
  silent.close();
  expect(await Promise.all(codes)).toEqual([...Array(5).fill('broker_unreachable'), 'limit_reached']);
  expect(bus.pending).toBe(0);
});

test('a broker that refuses a subscription is told so, and published to all the same', async () => {
  const warnings: unknown[] = [];
  const log = { info: () => undefined, warn: (fields: unknown) => void warnings.push(fields) };
  const strict = await strictBroker();
  const bus = new MqttBus({
    ...{ url: `mqtt://127.0.0.1:${strict.port}`, clientId: 'edge-1', log },
    ...{ timers: nodeTimers, random: seededRandom('strict') },
  });
  buses.push(bus);
  bus.subscribe('edge/edge-1/control', () => undefined);
  bus.subscribe('edge/edge-2/control', () => undefined);
  // Both are asked for with the first connection; the second one is refused.
  await connected(bus);
  expect(warnings).toEqual([{ filters: ['edge/edge-2/control'] }]);
  await bus.publish('env/temperature/raw', '{}', { qos: 1, retain: false });
  expect(bus.connected).toBe(true);
  await bus.stop();
  await strict.close();
});

test('it stops at once at a broker that acknowledges nothing, and while there is none', async () => {
  const silent = await silentBroker();
  const bus = makeBus({ url: `mqtt://127.0.0.1:${silent.port}` });
  await connected(bus);
  const code = codeOf(bus.publish('a', '', { qos: 1, retain: false }));
  await bus.stop();
  expect(await code).toBe('broker_unreachable');
  silent.close();
  const alone = makeBus({ url: 'mqtt://127.0.0.1:1' });
  await alone.stop();
  expect(alone.connected).toBe(false);
});

test('a broker that is away is logged once, not with every attempt', async () => {
  const lines: string[] = [];
  const log = {
    info: (_: unknown, line: string) => lines.push(line),
    warn: (_: unknown, line: string) => lines.push(line),
  };
  const { port } = broker;
  await broker.kill();
  const bus = makeBus({ log, firstRetryMs: 1, longestRetryMs: 1 });
  await attemptsAt(port, 5);
  broker = await startMosquitto(port);
  await connected(bus);
  expect(lines).toEqual([expect.stringMatching(/^The broker cannot be used: /), 'connected to the broker']);
});

test.each(['http://localhost', 'localhost:1883', 'mqtt://user:secret@host', ''])('%s is no broker', (url) => {
  expect(() => makeBus({ url })).toThrow(/it must be mqtt:/);
});

/** Resolves after so many connections were made to a port and hung up on. */
async function attemptsAt(port: number, wanted: number): Promise<void> {
  let attempts = 0;
  const server = createServer();
  const enough = new Promise<void>((resolve) => {
    server.on('connection', (socket) => {
      socket.destroy();
      attempts += 1;
      if (attempts === wanted) resolve();
    });
  });
  server.listen(port, '127.0.0.1');
  await enough;
  server.close();
  await once(server, 'close');
}

async function listen(
  onSocket: (socket: Socket) => void,
): Promise<{ port: number; close: () => Promise<void>; cut: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut,
    close: async () => {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}

/** CONNACK, SUBACK, and nothing else. */
const silentBroker = () =>
  listen((socket) =>
    socket.on('data', (data) => {
      if ((data[0] ?? 0) >> 4 === 1) socket.write(Buffer.from([0x20, 2, 0, 0]));
    }),
  );

/** Grants the first filter of a SUBSCRIBE and refuses the second, and acknowledges what is published. */
const strictBroker = () =>
  listen((socket) =>
    socket.on('data', (data) => {
      const type = (data[0] ?? 0) >> 4;
      if (type === 1) socket.write(Buffer.from([0x20, 2, 0, 0]));
      if (type === 8) socket.write(Buffer.from([0x90, 4, data[2] ?? 0, data[3] ?? 0, 1, 0x80]));
      if (type === 3) {
        const topicBytes = data.readUInt16BE(2);
        socket.write(Buffer.from([0x40, 2, data[4 + topicBytes] ?? 0, data[5 + topicBytes] ?? 0]));
      }
    }),
  );

const cuttableProxy = (port: number) =>
  listen((socket) => {
    const onward = connect(port, '127.0.0.1');
    onward.on('error', () => undefined);
    socket.pipe(onward);
    onward.pipe(socket);
    socket.on('close', () => onward.destroy());
  });
