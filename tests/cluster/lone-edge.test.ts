/** An edge as a process: killed, without a broker, for a day on its own. Nothing is lost or doubled. */
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Broker, publishRate } from '@bothy/broker';
import { seededRandom } from '@bothy/protocols';
import { nodeTimers } from '@bothy/runtime/node';
import { SqliteEdgeStore } from '@bothy/telemetry/drivers/edge-store';
import { MqttBus } from '@bothy/telemetry/drivers/mqtt';
import { freePort, type RunningMosquitto, startMosquitto, temporaryFolder } from '@bothy/testkit';
import { telemetryPayload, topics } from '@bothy/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { patience } from './stage/cluster-stage.ts';
import { type LoneEdge, startLoneEdge } from './stage/lone-edge.ts';
import { ReadingLedger, subscribeWithMosquitto } from './stage/reading-ledger.ts';
import { smallDisk } from './stage/small-disk.ts';

let folder: ReturnType<typeof temporaryFolder>;
let broker: RunningMosquitto;
let ledger: ReadingLedger;
const undo: (() => unknown)[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  ledger = new ReadingLedger();
  broker = await startMosquitto();
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  await broker.stop();
  folder.remove();
});

/** Five simulated sensors that are read ten times a second. */
function startEdge(url: string, sensors = 5, log = 'info', data = folder.path): LoneEdge {
  const names = Array.from({ length: sensors }, (_, at) => `s${at}`);
  const lines = names.map((name) => `  - {name: ${name}, kind: simulated, interval: 100ms}`);
  const file = join(folder.path, 'edge.yaml');
  writeFileSync(
    file,
    ['id: edge-1', `sensors:${sensors === 0 ? ' []' : ''}`, ...lines, 'outbox: {drainPerSecond: 5000}'].join(
      '\n',
    ),
  );
  const edge = startLoneEdge(['--config', file, '--broker', url, '--data', data, '--log', log]);
  undo.push(() => edge.kill());
  return edge;
}

/** As a node would: says from time to time that it has all that the ledger has. */
function actAsHome(url: string): void {
  const bus = new MqttBus({ url, clientId: 'home', timers: nodeTimers, random: seededRandom('home') });
  const timer = setInterval(() => {
    const boots = ledger.contiguous();
    if (boots.length === 0 || !bus.connected) return;
    const control = { kind: 'storedUpTo', home: 'hut', boots };
    bus
      .publish(topics.edge('edge-1', 'control'), JSON.stringify(control), { qos: 1, retain: true })
      .catch(() => undefined);
  }, 200);
  undo.push(async () => {
    clearInterval(timer);
    await bus.stop();
  });
}

/** Whether nothing of a start before waits at the edge any more. */
const isUpToDate = (): boolean => ledger.statuses.at(-1)?.outbox?.starts === 0;

test('killed in the middle, again and again, with and without its broker: what was numbered is sent by the next start', async () => {
  const { port, url } = broker;
  let subscriber = await subscribeWithMosquitto(port, ledger);
  undo.push(() => subscriber.stop());
  actAsHome(url);
  for (let start = 1; start <= 4; start++) {
    const edge = startEdge(url, 5, 'debug');
    await ledger.until(() => ledger.boots().length >= start && ledger.size >= start * 40);
    if (start % 2 === 0) {
      // What is read from now on is on the disk only.
      await broker.kill();
      const read = edge.count('"read"');
      await edge.until(() => edge.count('"read"') >= read + 20);
      await edge.kill();
      subscriber.stop();
      broker = await startMosquitto(port);
      subscriber = await subscribeWithMosquitto(port, ledger);
    } else await edge.kill();
  }
  const last = startEdge(url);
  // Its status states how far each start had come.
  await ledger.until(() => ledger.boots().length === 5 && isUpToDate() && ledger.missing().length === 0);
  expect(await last.stop()).toBe(0);
  await ledger.until(() => ledger.statuses.at(-1)?.state === 'offline');
  expect(ledger.missing()).toEqual([]);
  expect(ledger.contradictions).toEqual([]);
  expect(ledger.late).toBeGreaterThanOrEqual(20);
});

test('without a broker it goes on, and tells all of it once there is one, marked late', async () => {
  const first = await subscribeWithMosquitto(broker.port, ledger);
  const edge = startEdge(broker.url);
  await ledger.until(() => ledger.size >= 30);
  first.stop();
  await broker.kill();
  await edge.said('The broker cannot be used');
  const before = ledger.size;
  const { port } = broker;
  // Half a second has some 25 readings; the edge tries again within a second.
  await new Promise((resolve) => setTimeout(resolve, 500));
  broker = await startMosquitto(port);
  const second = await subscribeWithMosquitto(port, ledger);
  undo.push(() => second.stop());
  await ledger.until(() => ledger.size >= before + 60 && ledger.missing().length === 0);
  expect(ledger.late).toBeGreaterThan(0);
  expect(ledger.contradictions).toEqual([]);
  expect(ledger.history.problems()).toEqual([]);
  await edge.stop();
});

test('after a day on its own everything arrives at the embedded broker, in order, and is let go when a node has it', async () => {
  const count = 4_320;
  const dayMs = 86_400_000;
  await fillOutbox(count, Date.now() - dayMs);
  const port = await freePort();
  const embedded = await Broker.start({
    authenticate: async () => ({ ok: true, principal: { kind: 'guest', local: true } }),
    rate: publishRate(100_000),
  });
  undo.push(() => embedded.stop());
  await embedded.listen('127.0.0.1', port);
  const url = `mqtt://127.0.0.1:${port}`;
  const bus = new MqttBus({ url, clientId: 'watcher', timers: nodeTimers, random: seededRandom('watcher') });
  undo.push(() => bus.stop());
  for (const filter of ['env/+/raw', 'edge/+/status']) {
    bus.subscribe(filter, ({ topic, payload }) => ledger.take(topic, new TextDecoder().decode(payload)));
  }
  await new Promise<void>((resolve) => bus.onConnect(resolve));
  actAsHome(url);
  const edge = startEdge(url, 0);
  await ledger.until(() => ledger.size === count);
  const kept = new DatabaseSync(join(folder.path, 'edge-edge-1.sqlite'), { readOnly: true });
  undo.push(() => kept.close());
  const inOutbox = (): unknown => kept.prepare('SELECT count(*) AS items FROM outbox').get()?.items;
  await expect.poll(inOutbox, patience).toBe(0);
  expect(ledger.missing()).toEqual([]);
  expect(ledger.contradictions).toEqual([]);
  expect(ledger.late).toBeGreaterThanOrEqual(count);
  expect(ledger.history.problems({ isOrdered: true })).toEqual([]);
  expect(await edge.stop()).toBe(0);
});

test('stopped, it says that it is offline, and ends in time, also when there is no broker', async () => {
  const subscriber = await subscribeWithMosquitto(broker.port, ledger);
  undo.push(() => subscriber.stop());
  const edge = startEdge(broker.url);
  await ledger.until(() => ledger.size >= 5);
  expect(await edge.stop()).toBe(0);
  await ledger.until(() => ledger.statuses.at(-1)?.state === 'offline');
  const alone = startEdge(`mqtt://127.0.0.1:${await freePort()}`);
  await alone.said('The broker cannot be used');
  // One that takes longer ends itself with 1.
  expect(await alone.stop()).toBe(0);
});

test('a disk that is full is told and outlived: the edge is offline until there is space, and nothing that was numbered is lost', async () => {
  const subscriber = await subscribeWithMosquitto(broker.port, ledger);
  undo.push(() => subscriber.stop());
  const disk = smallDisk();
  undo.push(() => disk.remove());
  const edge = startEdge(broker.url, 5, 'info', disk.path);
  await ledger.until(() => ledger.size >= 20);
  disk.fill(edge.child.pid ?? 0);
  await edge.said('cannot be written');
  await ledger.until(() => ledger.statuses.at(-1)?.state === 'offline');
  const [size, boots] = [ledger.size, ledger.boots().length];
  disk.free(edge.child.pid ?? 0);
  await edge.said('the edge goes on from what is stored');
  await ledger.until(() => ledger.size >= size + 20 && ledger.missing().length === 0);
  expect(ledger.boots().length).toBeGreaterThan(boots);
  expect(ledger.contradictions).toEqual([]);
  expect(await edge.stop()).toBe(0);
});

test('the documents’ way: a variable and a broker suffice', async () => {
  const subscriber = await subscribeWithMosquitto(broker.port, ledger);
  undo.push(() => subscriber.stop());
  const variables = { NODE_ID: 'edge-3', BOTHY_BROKER: broker.url, BOTHY_DATA: folder.path };
  const edge = startLoneEdge([], variables);
  undo.push(() => edge.kill());
  await ledger.until(() => ledger.size >= 4 && ledger.statuses.at(-1)?.sensors?.length === 4);
  const sensors = ledger.statuses
    .at(-1)
    ?.sensors?.map(({ sensor, kind, intervalMs }) => [sensor, kind, intervalMs]);
  expect(sensors).toEqual([
    ['temperature', 'simulated', 5_000],
    ['humidity', 'simulated', 5_000],
    ['light', 'simulated', 10_000],
    ['airquality', 'simulated', 10_000],
  ]);
});

test('--check reads each sensor once, says what it answers, and publishes nothing', async () => {
  const subscriber = await subscribeWithMosquitto(broker.port, ledger);
  undo.push(() => subscriber.stop());
  const file = join(folder.path, 'edge.yaml');
  const lines = [
    'id: e',
    'sensors:',
    '  - {name: t, kind: simulated}',
    '  - {name: x, kind: command, command: [/nowhere/sensor]}',
    'rules: ["hot: t > 30"]',
  ];
  writeFileSync(file, lines.join('\n'));
  const check = startLoneEdge(['--config', file, '--broker', broker.url, '--data', folder.path, '--check']);
  const [code] = (await once(check.child, 'close')) as [number | null];
  expect(code).toBe(1);
  expect(check.output()).toMatch(/^ {3}ok {2}t \(simulated, every 10 s\): -?[\d.]+ °C$/m);
  expect(check.output()).toMatch(
    /^FAILS {2}x \(command, every 10 s\): \/nowhere\/sensor cannot be run: .*ENOENT$/m,
  );
  expect(check.output()).toContain('rule hot');
  expect(ledger.size + ledger.statuses.length).toBe(0);
  expect(existsSync(join(folder.path, 'edge-e.sqlite'))).toBe(false);
});

test('a mistake in the file ends the start with its place', async () => {
  const file = join(folder.path, 'edge.yaml');
  writeFileSync(file, 'sensors:\n  - name: a\n    kind: simulated\n    interval: soon\n');
  const edge = startLoneEdge(['--config', file]);
  const [code] = (await once(edge.child, 'close')) as [number | null];
  expect(code).toBe(1);
  expect(edge.output()).toBe(`bothy: ${file}:4: sensors[0].interval: must be a time such as 5s or 1m30s\n`);
});

/** Readings of a start before this one, every twenty seconds from `fromMs` on. */
async function fillOutbox(count: number, fromMs: number): Promise<void> {
  const store = new SqliteEdgeStore(join(folder.path, 'edge-edge-1.sqlite'));
  const items = Array.from({ length: count }, (_, at) => {
    const item = {
      number: at + 1,
      boot: 7,
      sensor: 'temperature',
      seq: at + 1,
      stampMs: fromMs + at * 20_000,
      value: at / 10,
    };
    const reading = { ...item, node: 'edge-1', event: false, eventType: null, hist: true };
    return { ...item, bytes: JSON.stringify(telemetryPayload(reading)).length };
  });
  const error = await new Promise((resolve) =>
    store.commit(
      [{ kind: 'putBoot', boot: 7 }, ...items.map((item) => ({ kind: 'addItem', item }) as const)],
      resolve,
    ),
  );
  store.close();
  expect(error).toBeUndefined();
}
