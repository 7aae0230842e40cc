/** Devices that speak formats of their own, at a real node. */
import { httpRequest } from '@bothy/testkit';
import type { LiveEdge, LiveSensor } from '@bothy/wire';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { nodeFixture } from '../../testing/running-node.ts';
import type { RunningNode } from '../running-node.ts';

const nodes = nodeFixture();
const clients: MqttClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
});

async function connected(node: RunningNode): Promise<MqttClient> {
  const client = await connectAsync(node.mqttUrl, { reconnectPeriod: 0 });
  clients.push(client);
  return client;
}

async function values(node: RunningNode): Promise<Record<string, number | null>> {
  const { sensors } = JSON.parse((await httpRequest(`${node.webUrl}/api/v1/sensors`)).text) as {
    sensors: readonly LiveSensor[];
  };
  return Object.fromEntries(
    sensors.map(({ edge, sensor, value, unit }) => [`${edge}/${sensor} ${unit ?? ''}`.trim(), value]),
  );
}

test('each format that is switched on becomes sensors', async () => {
  const node = await nodes.start({ formats: 'all' });
  const device = await connected(node);
  const said: readonly (readonly [string, string])[] = [
    [
      'tele/plug-1/SENSOR',
      '{"Time":"2026-11-25T10:00:00","AM2301":{"Temperature":21.5,"Humidity":48.2},"TempUnit":"C"}',
    ],
    ['zigbee2mqtt/kitchen', '{"temperature":19.25,"battery":97,"linkquality":80}'],
    ['greenhouse/sensor/air_temperature/state', '24.5'],
    ['airgradient/readings/84fce6', '{"rco2":431,"pm02":3,"atmp":22.1,"rhum":45}'],
    ['senml/station', '[{"bn":"station/","n":"temperature","u":"Cel","v":18.5}]'],
  ];
  for (const [topic, payload] of said) await device.publishAsync(topic, payload, { qos: 1 });
  await expect
    .poll(() => values(node))
    .toMatchObject({
      'plug-1/temperature °C': 21.5,
      'plug-1/humidity %': 48.2,
      'kitchen/temperature °C': 19.25,
    });
  const sensors = async (): Promise<string[]> => Object.keys(await values(node));
  for (const name of ['greenhouse/', 'station/temperature'])
    await expect.poll(sensors).toContainEqual(expect.stringMatching(`^${name}`));
  await expect.poll(async () => Object.values(await values(node))).toContain(431);
});

test('a format is asked about its own topics alone, however many are switched on', async () => {
  const node = await nodes.start({ formats: 'all' });
  const device = await connected(node);
  // Read as what Tasmota says, this would be a chip of the name color.
  const lamp = { temperature: 19.25, color: { x: 0.31, y: 0.33 } };
  await device.publishAsync('zigbee2mqtt/lamp', JSON.stringify(lamp), { qos: 1 });
  await device.publishAsync('zigbee2mqtt/broken', 'nonsense', { qos: 1 });
  await expect.poll(() => values(node)).toEqual({ 'lamp/temperature °C': 19.25 });
  const edges = async (): Promise<string> => (await httpRequest(`${node.webUrl}/api/v1/edges`)).text;
  await expect.poll(edges).toContain('zigbee2mqtt: is no JSON object');
});

test('a sensor that is announced to Home Assistant is read from its topic, also when the announcement was kept', async () => {
  const data = nodes.folder();
  const first = await nodes.start({ formats: 'homeassistant', data });
  const device = await connected(first);
  const config = {
    name: 'Cellar',
    unique_id: 'cellar-1',
    state_topic: 'garden/cellar/state',
    value_template: '{{ value_json.t | float }}',
    device_class: 'temperature',
    unit_of_measurement: '°C',
    device: { identifiers: ['cellar'], name: 'cellar' },
  };
  await device.publishAsync('homeassistant/sensor/cellar/t/config', JSON.stringify(config), {
    qos: 1,
    retain: true,
  });
  const isShown = async (node: RunningNode, value: number): Promise<void> => {
    const client = await connected(node);
    const shown = async (): Promise<(number | null)[]> => {
      await client.publishAsync('garden/cellar/state', JSON.stringify({ t: value }), { qos: 1 });
      return Object.values(await values(node));
    };
    await expect.poll(shown).toContain(value);
  };
  await isShown(first, 12.5);
  await first.stop();
  await isShown(await nodes.start({ formats: 'homeassistant', data }), 13.5);
});

test('our sensors are announced to Home Assistant, and taken back with their edge; those of others are not', async () => {
  const node = await nodes.start({ formats: 'homeassistant,tasmota' });
  const assistant = await connected(node);
  const heard = new Map<string, string>();
  assistant.on('message', (topic, payload) => void heard.set(topic, String(payload)));
  await assistant.subscribeAsync('homeassistant/#', { qos: 1 });
  const reading = { sensor: 'temperature', value: 20, node: 'edge-1', unit: '°C' };
  await assistant.publishAsync('env/temperature/raw', JSON.stringify(reading), { qos: 1 });
  const topic = 'homeassistant/sensor/bothy_edge-1/temperature/config';
  await expect.poll(() => [...heard.keys()]).toContain(topic);
  expect(JSON.parse(heard.get(topic) ?? '')).toMatchObject({
    state_topic: 'env/temperature/raw',
    device_class: 'temperature',
    unit_of_measurement: '°C',
    origin: { name: 'Bothy' },
  });
  const { edges } = JSON.parse((await httpRequest(`${node.webUrl}/api/v1/edges`)).text) as {
    edges: readonly LiveEdge[];
  };
  expect(edges.map(({ edge }) => edge)).toEqual(['edge-1']);
});

test('what is no reading is refused, ours stay ours, and without the switch nobody speaks there', async () => {
  const node = await nodes.start({ formats: 'all' });
  const device = await connected(node);
  for (const topic of ['tele/plug-1/SENSOR', 'senml/x', 'greenhouse/sensor/t/state']) {
    await device.publishAsync(topic, 'nonsense', { qos: 1 });
  }
  const bad = { state_topic: 'user/ann/offer', unique_id: 'x', name: 'x', device: { identifiers: ['x'] } };
  await device.publishAsync('homeassistant/sensor/x/x/config', JSON.stringify(bad), { qos: 1 });
  const refused = async (): Promise<number> => {
    const { refusals } = JSON.parse((await httpRequest(`${node.webUrl}/api/v1/edges`)).text) as {
      refusals: readonly { count: number }[];
    };
    return refusals.reduce((sum, { count }) => sum + count, 0);
  };
  await expect.poll(refused).toBeGreaterThanOrEqual(4);
  await expect(device.subscribeAsync('user/ann/offer')).rejects.toThrow();
  const closed = await nodes.start({});
  const other = await connected(closed);
  await expect(other.subscribeAsync('tele/#')).rejects.toThrow();
  expect(await values(closed)).toEqual({});
});

test('a format that nobody knows ends the start with a sentence', async () => {
  await expect(nodes.start({ formats: 'zwave' })).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringContaining('homeassistant, tasmota'),
  });
});
