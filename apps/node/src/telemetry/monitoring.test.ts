/** Monitoring of a real node: over MQTT, `/ws` and REST, as devices, dashboards and scripts meet it. */
import { createIdentity } from '@bothy/identity';
import { expect, test } from 'vitest';
import { api, Dashboard, device, publish, sayStatus } from '../../testing/monitored-node.ts';
import { nodeFixture, signIn } from '../../testing/running-node.ts';
import type { RunningNode } from '../index.ts';

const { start, folder } = nodeFixture();
const hot = 'greenhouse~temperature~temperature_alert_high';

/** The first person to sign in operates a fresh node. */
async function operator(node: RunningNode): Promise<string> {
  const { body } = await signIn(node, await createIdentity({ name: 'ann', issuedAt: Date.now() }));
  if (body.token === undefined) throw new Error('no token');
  return body.token;
}

test('a value that is published is on the dashboard, in history and in the list, also after a restart', async () => {
  const data = folder();
  const node = await start({ data });
  const dashboard = await Dashboard.open(node, { everyMs: 20 });
  expect(dashboard.snapshot).toMatchObject({ node: 'hut', sensors: [], edges: [], alarms: [] });
  const client = await device(node, 'esp-1');
  await publish(client, 'greenhouse', 'temperature', 21.5, { unit: '°C' });
  await dashboard.reading('greenhouse/temperature', 21.5);
  await publish(client, 'greenhouse', 'temperature', 22.5, { unit: '°C' });
  await dashboard.reading('greenhouse/temperature', 22.5);
  const seen = async (at: RunningNode) => {
    const { body } = await api(at, 'sensors');
    return body.sensors.map(({ edge, sensor, value, unit, recent }: Record<string, unknown>) => ({
      ...{ edge, sensor, value, unit },
      count: (recent as unknown[]).length,
    }));
  };
  const listed = [{ edge: 'greenhouse', sensor: 'temperature', value: 22.5, unit: '°C', count: 2 }];
  expect(await seen(node)).toEqual(listed);
  const history = async (at: RunningNode) =>
    (await api(at, 'readings?series=greenhouse/temperature&series=nobody/light')).body.series;
  await expect.poll(async () => (await history(node))[0].mean).toEqual([21.5, 22.5]);
  expect(await history(node)).toMatchObject([
    { edge: 'greenhouse', sensor: 'temperature', unit: '°C', resolution: 'raw', thinned: false },
    { edge: 'nobody', mean: [] },
  ]);
  const csv = await api(node, 'readings?series=greenhouse/temperature&format=csv');
  const [head, first] = csv.body.split('\r\n');
  expect(head).toBe('edge,sensor,timestamp,value,unit');
  expect(first).toMatch(/^greenhouse,temperature,\d{4}-\d\d-\d\dT[\d:.]+Z,21\.5,°C$/);
  await node.stop();
  const again = await start({ data });
  const later = await Dashboard.open(again);
  expect(later.snapshot.sensors).toMatchObject([
    { value: 22.5, recent: [expect.anything(), expect.anything()] },
  ]);
  expect((await history(again))[0].mean).toEqual([21.5, 22.5]);
  expect((await api(again, 'edges')).body.edges).toMatchObject([
    { edge: 'greenhouse', kind: 'plain', home: 'hut', counts: { stored: 2, double: 0 } },
  ]);
});

test('an alarm opens, is acknowledged by name, and clears; what a rule saw is told', async () => {
  const node = await start();
  const dashboard = await Dashboard.open(node);
  const client = await device(node, 'esp-1');
  await publish(client, 'greenhouse', 'temperature', 31);
  await dashboard.alarm({ id: hot, active: true, acknowledged: false, severity: 'danger' });
  const path = `alarms/${hot}`;
  expect((await api(node, path)).body).toMatchObject({
    alarm: { id: hot, value: 31, home: 'hut' },
    history: [{ kind: 'opened', value: 31 }],
    why: { isFiring: true, conditions: [{ limit: 30, holds: true, value: 31 }] },
  });
  expect(await api(node, `${path}/acknowledge`, { body: {} })).toMatchObject({
    status: 400,
    body: { code: 'bad_request', message: expect.stringContaining('"by"') },
  });
  const acknowledged = await api(node, `${path}/acknowledge`, { body: { by: 'ben', note: 'on my way' } });
  expect(acknowledged.body.alarm).toMatchObject({ acknowledgedBy: 'ben', notes: [{ text: 'on my way' }] });
  await dashboard.alarm({ id: hot, acknowledgedBy: 'ben' });
  await publish(client, 'greenhouse', 'temperature', 20);
  await dashboard.alarm({ id: hot, active: false });
  expect((await api(node, 'alarms')).body.alarms).toEqual([]);
  const all = await api(node, 'alarms?state=all&edge=greenhouse');
  expect(all.body.alarms).toMatchObject([{ id: hot, count: 1, active: false }]);
  const shelved = await api(node, `${path}/shelve`, { body: { by: 'ben', forMs: 60_000 } });
  expect(shelved.body.alarm.shelvedUntilMs).toBeGreaterThan(0);
  expect(
    (await api(node, `${path}/unshelve`, { body: { by: 'ben' } })).body.alarm.shelvedUntilMs,
  ).toBeUndefined();
  expect((await api(node, `${path}/note`, { body: { by: 'ben', text: 'the fan' } })).status).toBe(200);
  expect(await api(node, 'alarms/x~y~z/note', { body: { by: 'ben', text: 'a' } })).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  });
  const kinds = (await api(node, path)).body.history.map(({ kind }: { kind: string }) => kind);
  expect(kinds).toEqual(['opened', 'acknowledged', 'cleared', 'shelved', 'unshelved', 'noted']);
});

test('an edge says how it is and is told what is stored; a command reaches it', async () => {
  const node = await start();
  const dashboard = await Dashboard.open(node, { sensors: ['edge-1/*'] });
  const client = await device(node, 'edge-1');
  const controls: string[] = [];
  client.on('message', (_topic, payload) => controls.push(payload.toString()));
  await client.subscribeAsync('edge/edge-1/control', { qos: 1 });
  const sensor = { sensor: 'light', kind: 'simulated', intervalMs: 5_000, state: 'ok', unit: 'lx' } as const;
  await sayStatus(client, {
    node: 'edge-1',
    boot: 3,
    ping: 'p1',
    sensors: [sensor],
    boots: [{ boot: 3, last: { light: 1 } }],
  });
  await publish(client, 'edge-1', 'light', 400, { boot: 3, seq: 1, unit: 'lx' });
  await dashboard.reading('edge-1/light', 400);
  await expect.poll(() => controls.some((text) => text.includes('"storedUpTo"'))).toBe(true);
  expect(controls.some((text) => text.includes('"ping":"p1"'))).toBe(true);
  const { body } = await api(node, 'edges/edge-1');
  expect(body).toMatchObject({
    edge: {
      edge: 'edge-1',
      kind: 'edge',
      state: 'online',
      enrolled: false,
      status: { boot: 3 },
      counts: { missing: 0 },
    },
    sensors: [{ sensor: 'light', state: 'ok', unit: 'lx', value: 400 }],
  });
  const command = { name: 'fault', fault: 'lowlight' };
  const sent = await api(node, 'edges/edge-1/commands', { body: { command } });
  await expect.poll(() => controls.at(-1) ?? '').toContain(sent.body.id);
  expect(JSON.parse(controls.at(-1) ?? '')).toEqual({ kind: 'command', id: sent.body.id, command });
  expect((await api(node, 'edges/edge-1/commands', { body: { command: { name: 'explode' } } })).status).toBe(
    400,
  );
  expect((await api(node, 'edges/nobody/commands', { body: { command } })).status).toBe(404);
  await publish(await device(node, 'esp-1'), 'plain', 'light', 5);
  await expect.poll(async () => (await api(node, 'edges/plain')).status).toBe(200);
  expect((await api(node, 'edges/plain/commands', { body: { command } })).body.message).toContain(
    'plain device',
  );
});

test('rules are read by everybody, checked and tried on history, and set by operators', async () => {
  const node = await start();
  const token = await operator(node);
  const client = await device(node, 'esp-1');
  await publish(client, 'greenhouse', 'temperature', 26);
  await expect.poll(async () => (await api(node, 'edges')).body.edges[0]?.counts.stored).toBe(1);
  const before = (await api(node, 'rules')).body.rules;
  expect(before.map(({ name }: { name: string }) => name)).toContain('temperature_alert_high');
  const text = 'warm warning: temperature > 25';
  expect((await api(node, 'rules/check', { body: { text } })).body).toMatchObject({
    ok: true,
    formatted: text,
  });
  expect(
    (await api(node, 'rules/check', { body: { text: 'warm warning: temperature !' } })).body,
  ).toMatchObject({
    ok: false,
    column: expect.any(Number),
  });
  const span = { fromMs: Date.now() - 60_000, toMs: Date.now() + 60_000 };
  const tried = await api(node, 'rules/backtest', { body: { text, ...span } });
  expect(tried.body).toMatchObject({
    alarms: [{ node: 'greenhouse', value: 26, clearedMs: null }],
    summary: { readings: 1 },
  });
  const put = (body: unknown, as?: string) => api(node, 'rules', { method: 'PUT', body, token: as });
  expect((await put({ rules: [text] })).status).toBe(401);
  expect((await put({ rules: [text, 'x'] }, token)).body.message).toMatch(/^Rule 2, column \d+: /);
  expect((await put({ rules: [text, text] }, token)).body.message).toContain('two rules warm');
  expect((await put({ rules: [text] }, token)).body.rules).toMatchObject([{ name: 'warm', text }]);
  const dashboard = await Dashboard.open(node);
  await publish(client, 'greenhouse', 'temperature', 27);
  await dashboard.alarm({ rule: 'warm', active: true, severity: 'warning' });
  expect((await api(node, 'rules')).body.rules).toHaveLength(1);
});

test('who may what: a guest reads, controls nothing that others see, and an edge is taken out by an operator', async () => {
  const node = await start();
  const token = await operator(node);
  await publish(await device(node, 'esp-1'), 'greenhouse', 'temperature', 21);
  await expect.poll(async () => (await api(node, 'edges')).body.edges.length).toBe(1);
  const routes = [
    { name: 'ops', to: { kind: 'webhook', url: 'http://127.0.0.1:9/', secret: 'a secret of sixteen' } },
  ];
  for (const [method, path, body] of [
    ['DELETE', 'edges/greenhouse', undefined],
    ['POST', 'edges/greenhouse/home', {}],
    ['PUT', 'routes', { routes }],
    ['POST', 'routes/ops/try', undefined],
    ['POST', 'edges/invitations', {}],
  ] as const) {
    expect([path, (await api(node, path, { method, body })).status]).toEqual([path, 401]);
  }
  expect(
    (await api(node, 'routes', { method: 'PUT', body: { routes }, token })).body.routes[0].to.secret,
  ).toBe('(kept)');
  const kept = (await api(node, 'routes')).body;
  expect((await api(node, 'routes', { method: 'PUT', body: kept, token })).status).toBe(200);
  expect(
    (await api(node, 'routes', { method: 'PUT', body: { routes: [{ name: 'x' }] }, token })).status,
  ).toBe(400);
  expect((await api(node, 'routes/ops/try', { method: 'POST', token })).body).toMatchObject({ ok: false });
  expect((await api(node, 'edges/greenhouse', { method: 'DELETE', token })).body).toEqual({
    edge: 'greenhouse',
  });
  await expect.poll(async () => (await api(node, 'edges')).body.edges).toEqual([]);
  expect((await api(node, 'edges/greenhouse', { method: 'DELETE', token })).status).toBe(404);
});

test.each([
  ['readings', 'query.series'],
  ['readings?series=nothing', 'edge/sensor'],
  ['readings?series=a/b&from=yesterday', 'query.from'],
  ['readings?series=a/b&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'before'],
  ['readings?series=a/b&points=1', 'query.points'],
  ['readings?series=a/b&resolution=2m', 'query.resolution'],
  [`readings?${'series=a/b&'.repeat(21)}`, 'query.series'],
  ['alarms?state=some', 'query.state'],
  ['alarms/not-an-id', 'address.alarm'],
  ['edges/%20', 'address.edge'],
])('%s is refused with what is wrong', async (path, what) => {
  const node = await start();
  const { status, body } = await api(node, path);
  expect([status, body.code]).toEqual([400, 'bad_request']);
  expect(body.message).toContain(what);
});

test('a subscription that is none is refused; with no sensors and no alarms it ends', async () => {
  const node = await start();
  const dashboard = await Dashboard.open(node);
  const asked = await dashboard.client.ask('telemetry.subscribe', { sensors: ['a/b/c'] });
  expect(asked.error?.data.code).toBe('bad_request');
  await dashboard.client.call('telemetry.subscribe', { sensors: [], alarms: false });
  const other = await Dashboard.open(node, {}, 'other');
  await publish(await device(node, 'esp-1'), 'greenhouse', 'temperature', 35);
  await other.alarm({ id: hot });
  await other.reading('greenhouse/temperature', 35);
  expect(
    dashboard.client.heard.filter(
      ({ method }) => method?.startsWith('telemetry') || method?.startsWith('alarm'),
    ),
  ).toEqual([]);
});
