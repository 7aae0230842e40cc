/** Alarms of a real node that is killed: told in a room of another node, and by a webhook that was down meanwhile. */
import { createServer, type IncomingMessage } from 'node:http';
import { webhookHeaders } from '@bothy/telemetry/drivers/notify';
import { httpRequest } from '@bothy/testkit';
import type { Alarm, AlarmEntry, AlarmRoute } from '@bothy/wire';
import { connectAsync } from 'mqtt';
import { type TestContext, test } from 'vitest';
import { ClusterStage, patience } from './stage/cluster-stage.ts';
import { History } from './stage/history.ts';
import type { NodeProcess } from './stage/node-process.ts';
import { operatorToken } from './stage/operator-token.ts';
import { RecordedClient } from './stage/recorded-client.ts';

const hot = 'esp-7~temperature~temperature_alert_high';
const secret = 'only we two know this';

interface Told {
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A port that nobody listens on, until `listen`. */
async function webhookServer(context: TestContext) {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      told.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(204).end();
    });
  });
  context.onTestFinished(() => void server.close());
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  await new Promise((resolve) => server.close(resolve));
  return { told, port: address.port, listen: () => listen(address.port) };
}

async function setRoutes(node: NodeProcess, token: string, routes: readonly AlarmRoute[]): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const body = { routes };
  return (await httpRequest(`${node.webUrl}/api/v1/routes`, { method: 'PUT', headers, body })).status;
}

async function publish(node: NodeProcess, value: number): Promise<void> {
  const client = await connectAsync(node.mqttUrl, { clientId: 'esp-7' });
  const reading = {
    sensor: 'temperature',
    value,
    timestamp: new Date().toISOString(),
    node: 'esp-7',
    unit: '°C',
  };
  const payload = JSON.stringify({ ...reading, event: false, event_type: null });
  await client.publishAsync('env/temperature/raw', payload, { qos: 1 });
  await client.endAsync();
}

async function alarmOf(node: NodeProcess): Promise<{ alarm?: Alarm; history?: readonly AlarmEntry[] }> {
  return await node.get(`/api/v1/alarms/${hot}`);
}

/** What `n1` has said in the room, as its administrator has it. */
async function saidBy(node: NodeProcess, room: string): Promise<readonly string[]> {
  const { entries } = await node.get<{ entries: readonly { author: string; body?: string }[] }>(
    `/api/v1/rooms/${room}/entries?limit=100`,
  );
  return entries.flatMap(({ author, body }) => (author === 'node:n1' && body !== undefined ? [body] : []));
}

test('an alarm is told in a room and acknowledged there, and a webhook hears of it after a kill, once', async (context) => {
  const { expect } = context;
  const stage = await ClusterStage.open(context, { nodes: 2 });
  const [home, other] = [stage.node('n1'), stage.node('n2')];
  const hook = await webhookServer(context);
  const anna = new RecordedClient('anna', [other.socketUrl], new History());
  context.onTestFinished(() => anna.close());
  const room = await anna.create('Alarms');
  const routes: readonly AlarmRoute[] = [
    { name: 'room', to: { kind: 'room', room } },
    { name: 'hook', to: { kind: 'webhook', url: `http://127.0.0.1:${hook.port}/x`, secret } },
  ];
  expect(await setRoutes(home, await operatorToken(home), routes)).toBe(200);

  await publish(home, 34.2);
  const line = `🔥 temperature of esp-7 is 34.2 °C, above 30 · /ack ${hot}`;
  await expect.poll(() => saidBy(other, room), patience).toEqual([line]);
  await expect
    .poll(async () => (await alarmOf(home)).history?.map(({ kind }) => kind), patience)
    .toEqual(expect.arrayContaining(['opened', 'notified', 'notificationFailed']));
  await anna.say(room, '/ack I open the windows');
  await expect.poll(async () => (await alarmOf(home)).alarm?.acknowledgedBy, patience).toBe('anna (guest)');
  // It is told once it is on the disk; what is shown may be lost with the node.
  await expect.poll(async () => (await saidBy(other, room)).at(-1), patience).toContain('👍');

  await home.end('SIGKILL');
  await hook.listen();
  await home.start();
  // Then that it was acknowledged meanwhile: before it clears, or only that would be told.
  await expect.poll(() => hook.told.map(newsOf), patience).toEqual(['opened', 'acknowledged']);
  const [told] = hook.told;
  if (told === undefined) throw new Error('nothing was told');
  const id = String(told.headers['webhook-id']);
  const sentMs = Number(told.headers['webhook-timestamp']) * 1_000;
  expect(told.headers).toMatchObject(webhookHeaders(id, told.body, secret, sentMs));
  expect(JSON.parse(told.body.toString('utf8'))).toMatchObject({
    ...{ v: 1, id, node: 'n1', route: 'hook' },
    alarms: [{ news: 'opened', alarm: { id: hot, value: 34.2, acknowledged: false } }],
  });
  // And that it cleared: what it was told is true again.
  await publish(home, 20);
  await expect.poll(() => hook.told.map(newsOf), patience).toEqual(['opened', 'acknowledged', 'cleared']);
  expect((await alarmOf(home)).alarm).toMatchObject({ active: false, acknowledged: true, count: 1 });
  await expect.poll(async () => (await saidBy(other, room)).at(-1), patience).toContain('✅');
  expect((await saidBy(other, room)).filter((text) => text === line)).toHaveLength(1);
});

function newsOf({ body }: Told): string {
  return (JSON.parse(body.toString('utf8')) as { alarms: { news: string }[] }).alarms
    .map(({ news }) => news)
    .join();
}
