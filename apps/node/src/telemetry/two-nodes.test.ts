/** An edge at one node, a dashboard at another. */
import { createIdentity } from '@bothy/identity';
import { connectAsync } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { api, Dashboard, device, publish, sayStatus } from '../../testing/monitored-node.ts';
import { joined, nodeFixture, signIn } from '../../testing/running-node.ts';
import type { RunningNode } from '../index.ts';

const { start, folder } = nodeFixture();
/** A node that knows of others waits some seconds before it becomes the home of who is new. */
const { poll } = expect;
const hot = 'greenhouse~temperature~temperature_alert_high';

async function two(data?: string): Promise<readonly [RunningNode, RunningNode]> {
  const one = await start({ id: 'n1', ...(data === undefined ? {} : { data }) });
  const other = await start({ id: 'n2', join: one.clusterAddress });
  await joined(one, other);
  return [one, other];
}

test('values and alarms of an edge are seen at the other node, and what is asked there is answered by its home', async () => {
  const [one, other] = await two();
  const dashboard = await Dashboard.open(other);
  const client = await device(one, 'esp-1');
  await publish(client, 'greenhouse', 'temperature', 31.5, { unit: '°C' });
  await dashboard.reading('greenhouse/temperature', 31.5);
  await dashboard.alarm({ id: hot, active: true, home: 'n1' });
  const atOther = async () => (await api(other, 'edges')).body.edges;
  await poll(atOther).toMatchObject([{ edge: 'greenhouse', home: 'n1' }]);
  expect((await api(other, 'alarms')).body.alarms).toMatchObject([{ id: hot, home: 'n1' }]);
  const { body } = await api(other, `alarms/${hot}`);
  expect(body).toMatchObject({
    alarm: { value: 31.5 },
    history: [{ kind: 'opened' }],
    why: { isFiring: true },
  });
  const history = await api(other, 'readings?series=greenhouse/temperature');
  expect(history.body.series).toMatchObject([{ mean: [31.5], unit: '°C', resolution: 'raw' }]);
  const csv = await api(other, 'readings?series=greenhouse/temperature&format=csv');
  expect(csv.body.split('\r\n')[1]).toMatch(/^greenhouse,temperature,.*,31\.5,°C$/);
  expect((await api(other, 'edges/greenhouse')).body).toMatchObject({ edge: { counts: { stored: 1 } } });
  const asked = await api(other, `alarms/${hot}/acknowledge`, { body: { by: 'ben' } });
  expect(asked.body.alarm).toMatchObject({ acknowledgedBy: 'ben', home: 'n1' });
  await dashboard.alarm({ id: hot, acknowledgedBy: 'ben' });
  await publish(client, 'greenhouse', 'temperature', 20);
  await dashboard.alarm({ id: hot, active: false });
  await poll(async () => (await api(other, 'alarms')).body.alarms).toEqual([]);
  expect((await api(other, `alarms/${hot}/note`, { body: { by: 'ben', text: '' } })).status).toBe(400);
  expect((await api(other, 'alarms/greenhouse~x~y')).status).toBe(404);
});

test('a home that is gone is told as such; its edge keeps its readings, and has no other home', async () => {
  const data = folder();
  const [one, other] = await two(data);
  const client = await device(one, 'edge-1');
  const boots = [{ boot: 1, last: { light: 1 } }];
  await sayStatus(client, { node: 'edge-1', boots });
  await publish(client, 'edge-1', 'light', 5, { boot: 1, seq: 1 });
  await poll(async () => (await api(other, 'edges')).body.edges[0]?.home).toBe('n1');
  await one.stop();
  const asked = await api(other, 'readings?series=edge-1/light');
  expect(asked).toMatchObject({ status: 503, body: { code: 'node_unreachable' } });
  const moved = await device(other, 'edge-1');
  const controls: string[] = [];
  moved.on('message', (_topic, payload) => controls.push(payload.toString()));
  await moved.subscribeAsync('edge/edge-1/control', { qos: 1 });
  const dashboard = await Dashboard.open(other);
  await publish(moved, 'edge-1', 'light', 6, { boot: 1, seq: 2 });
  await dashboard.reading('edge-1/light', 6);
  // Shown, and not taken: nobody says that it is stored.
  expect(controls.filter((text) => text.includes('"light":2'))).toEqual([]);
  expect((await api(other, 'edges')).body.edges[0]).toMatchObject({ home: 'n1' });
});

interface Credentials {
  readonly edge: string;
  readonly clientId: string;
  readonly secret: string;
}

test('nobody speaks as an enrolled edge, not at a node that is not its home either', async () => {
  const [one, other] = await two();
  const { body } = await signIn(one, await createIdentity({ name: 'ann', issuedAt: Date.now() }));
  const credentials = async (edge: string): Promise<Credentials> => {
    const invited = await api(one, 'edges/invitations', { body: { edge }, token: body.token });
    return (await api(one, 'edges/enrol', { body: { edge, code: invited.body.code } })).body;
  };
  const signedIn = async (node: RunningNode, { edge, clientId, secret }: Credentials) => {
    const client = await connectAsync(node.mqttUrl, { clientId, username: edge, password: secret });
    onTestFinished(async () => void (await client.endAsync(true)));
    return client;
  };
  const [first, second] = [await credentials('edge-1'), await credentials('edge-2')];
  const atOther = async () => (await api(other, 'edges')).body.edges;
  await publish(await signedIn(one, first), 'edge-1', 'light', 5);
  await poll(atOther).toMatchObject([{ edge: 'edge-1', home: 'n1', enrolled: true }]);
  await publish(await device(other, 'esp-1'), 'edge-1', 'light', 6);
  const thief = await signedIn(other, second);
  await publish(thief, 'edge-1', 'light', 7);
  await publish(thief, 'edge-2', 'light', 8);
  const stored = async (edge: string) => (await api(one, `edges/${edge}`)).body;
  await poll(() => stored('edge-2')).toMatchObject({ sensors: [{ value: 8 }] });
  await poll(() => stored('edge-1')).toMatchObject({
    sensors: [{ value: 5 }],
    edge: { counts: { stored: 1 } },
  });
});

test('an operator moves an edge: the new home adopts its alarms and stores what comes', async () => {
  const [one, other] = await two();
  const { body } = await signIn(other, await createIdentity({ name: 'ann', issuedAt: Date.now() }));
  const client = await device(one, 'esp-1');
  await publish(client, 'greenhouse', 'temperature', 31);
  await poll(async () => (await api(other, 'alarms')).body.alarms.length).toBe(1);
  const nowhere = await api(other, 'edges/greenhouse/home', { body: { node: 'n7' }, token: body.token });
  expect(nowhere).toMatchObject({ status: 400, body: { message: expect.stringContaining('n7') } });
  const moved = await api(other, 'edges/greenhouse/home', { body: {}, token: body.token });
  expect(moved.body).toEqual({ edge: 'greenhouse', home: 'n2', epoch: 2 });
  await poll(async () => (await api(one, 'edges')).body.edges[0]?.home).toBe('n2');
  await publish(client, 'greenhouse', 'temperature', 32);
  await poll(async () => (await api(other, 'edges/greenhouse')).body.edge.counts.stored).toBe(1);
  const alarms = async (at: RunningNode) => (await api(at, 'alarms')).body.alarms;
  await poll(() => alarms(other)).toMatchObject([{ id: hot, home: 'n2' }]);
  await poll(() => alarms(one)).toMatchObject([{ id: hot, home: 'n2' }]);
  const series = (await api(one, 'readings?series=greenhouse/temperature')).body.series;
  expect(series[0].mean).toEqual([32]);
});
