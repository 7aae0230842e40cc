/** What broken and hostile devices send to a real node: refused with a reason, counted, and nobody else is harmed. */

import { createIdentity } from '@bothy/identity';
import { expect, test } from 'vitest';
import { api, Dashboard, device, publish, sayStatus } from '../../testing/monitored-node.ts';
import { nodeFixture, signIn } from '../../testing/running-node.ts';
import type { RunningNode } from '../index.ts';

const { start } = nodeFixture();

interface Refusal {
  readonly client: string;
  readonly count: number;
  readonly last: { readonly reason: string; readonly example: string };
}

async function refusalOf(node: RunningNode, client: string): Promise<Refusal | undefined> {
  const { refusals } = (await api(node, 'edges')).body as { refusals: readonly Refusal[] };
  return refusals.find((each) => each.client === client);
}

const year = new Date().getUTCFullYear();
const good = { sensor: 'temperature', value: 20, node: 'good' };

test.each<[string, string, string, RegExp]>([
  ['no JSON', 'env/temperature/raw', '{"sensor":"temperature", value', /not JSON/],
  ['nothing', 'env/temperature/raw', '', /not JSON/],
  ['a list', 'env/temperature/raw', '[1]', /not a JSON object/],
  ['NaN', 'env/temperature/raw', '{"sensor":"temperature","value":NaN,"node":"bad"}', /not JSON/],
  [
    'infinity',
    'env/temperature/raw',
    '{"sensor":"temperature","value":1e999,"node":"bad"}',
    /value must be a number/,
  ],
  [
    'a text for a number',
    'env/temperature/raw',
    '{"sensor":"temperature","value":"21","node":"bad"}',
    /not a text/,
  ],
  ['no value', 'env/temperature/raw', '{"sensor":"temperature","node":"bad"}', /value must be/],
  [
    '1970',
    'env/temperature/raw',
    '{"sensor":"temperature","value":1,"node":"bad","timestamp":"1970-01-01T00:00:05Z"}',
    /before 2001/,
  ],
  [
    'next year',
    'env/temperature/raw',
    `{"sensor":"temperature","value":1,"node":"bad","timestamp":"${year + 1}-12-31T00:00:00Z"}`,
    /more than a day ahead/,
  ],
  [
    'no time',
    'env/temperature/raw',
    '{"sensor":"temperature","value":1,"node":"bad","timestamp":"noon"}',
    /timestamp is not a time/,
  ],
  [
    'a name that is none',
    'env/temperature/raw',
    '{"sensor":"temperature","value":1,"node":"../../etc"}',
    /node must be/,
  ],
  [
    'another sensor than its topic',
    'env/light/raw',
    '{"sensor":"temperature","value":1,"node":"bad"}',
    /topic is that of light/,
  ],
  [
    'an event without its type',
    'env/event/hot',
    '{"sensor":"temperature","value":1,"node":"bad"}',
    /event_type/,
  ],
  [
    'a payload of 5 KB',
    'env/temperature/raw',
    `{"sensor":"temperature","value":1,"node":"bad","x":"${'x'.repeat(5_000)}"}`,
    /larger than 4096/,
  ],
  ['a payload of 70 KB', 'env/temperature/raw', 'x'.repeat(70_000), /larger than 65536/],
  ['a status that is none', 'edge/bad/status', '{"v":1,"state":"asleep"}', /wrong shape/],
  [
    'the status of another edge',
    'edge/bad/status',
    '{"v":1,"node":"other","state":"online","boot":1}',
    /topic is that of bad/,
  ],
  [
    'who keeps an edge',
    'edge/bad/home',
    '{"v":1,"edge":"bad","home":"mine","epoch":9,"claimedMs":1}',
    /Nodes say/,
  ],
  ['alarms', 'edge/bad/alarms', '{"v":1,"edge":"bad","home":"mine","alarms":[]}', /Nodes say/],
])(
  '%s is refused with its reason and shown, and others go on',
  async (_name, topic, payload, reason) => {
    const node = await start();
    const dashboard = await Dashboard.open(node, { everyMs: 20 });
    const bad = await device(node, 'bad-device');
    await bad.publishAsync(topic, payload, { qos: 1 });
    await bad.publishAsync(topic, Buffer.from([0xff, 0xfe, 0x7b]), { qos: 1 });
    await publish(await device(node, 'good-device'), 'good', 'temperature', 20);
    await dashboard.reading('good/temperature', 20);
    await expect.poll(async () => (await refusalOf(node, 'bad-device'))?.count).toBe(2);
    // The last one is shown; this one is asked for again, to be the last.
    await bad.publishAsync(topic, payload, { qos: 1 });
    await expect.poll(async () => (await refusalOf(node, 'bad-device'))?.last.reason ?? '').toMatch(reason);
    expect((await refusalOf(node, 'bad-device'))?.last.example).toBe(payload.slice(0, 300));
    const { edges } = (await api(node, 'edges')).body as { edges: readonly { edge: string }[] };
    expect(edges.map(({ edge }) => edge)).toEqual(['good']);
    expect((await api(node, 'readings?series=good/temperature')).body.series[0].mean).toEqual([good.value]);
  },
  20_000,
);

test('a payload of a megabyte ends the connection of its sender, who is named', async () => {
  const node = await start();
  await publish(await device(node, 'good-device'), 'good', 'temperature', 20);
  const bad = await device(node, 'bad-device');
  const gone = new Promise<void>((resolve) => bad.once('close', () => resolve()));
  bad.publish('env/temperature/raw', 'x'.repeat(1_000_000), { qos: 1 });
  await gone;
  await expect
    .poll(async () => (await refusalOf(node, 'bad-device'))?.last.reason)
    .toContain('announced more');
  expect((await api(node, 'edges')).body.edges).toHaveLength(1);
});

test('ten thousand topics of one client are a thousand sensors at most, and others get theirs', async () => {
  const node = await start();
  const bad = await device(node, 'bad-device');
  const beganMs = performance.now();
  const sent = Array.from({ length: 10_000 }, (_, n) => {
    const payload = { sensor: `s${n}`, value: n, node: `many-${n % 50}` };
    return bad.publishAsync(`env/s${n}/raw`, JSON.stringify(payload), { qos: 1 });
  });
  await Promise.all(sent);
  const dashboard = await Dashboard.open(node, { sensors: ['good/*'], everyMs: 20 });
  await publish(await device(node, 'good-device'), 'good', 'temperature', 20);
  await dashboard.reading('good/temperature', 20);
  const { sensors } = (await api(node, 'sensors')).body;
  // A thousand in an hour is one more after 3.6 s, which a busy machine takes for all that.
  const more = sensors.length - 1_001;
  expect(more).toBeGreaterThanOrEqual(0);
  expect(more).toBeLessThanOrEqual((performance.now() - beganMs) / 3_600);
  const refusal = await refusalOf(node, 'bad-device');
  expect(refusal?.count).toBe(9_000 - more);
  expect(refusal?.last.reason).toContain('too many new sensors');
});

test('the name of an edge that is enrolled is nobody else’s', async () => {
  const node = await start();
  const { body } = await signIn(node, await createIdentity({ name: 'ann', issuedAt: Date.now() }));
  const invited = await api(node, 'edges/invitations', { body: {}, token: body.token });
  const { status } = await api(node, 'edges/enrol', { body: { code: invited.body.code, edge: 'edge-1' } });
  expect(status).toBe(200);
  const bad = await device(node, 'bad-device');
  await publish(bad, 'edge-1', 'temperature', 99);
  await expect.poll(async () => (await refusalOf(node, 'bad-device'))?.last.reason).toContain('enrolled');
  await sayStatus(bad, { node: 'edge-1' });
  await expect.poll(async () => (await refusalOf(node, 'bad-device'))?.count).toBe(2);
  expect((await refusalOf(node, 'bad-device'))?.last.reason).toContain('edge-1 is enrolled');
  expect((await api(node, 'readings?series=edge-1/temperature')).body.series[0].mean).toEqual([]);
});
