/** Devices that know nothing of Bothy: ordinary MQTT tools and Python's client, at the embedded broker. */
import { spawn } from 'node:child_process';
import { findProgram, pythonCommands, runProgram } from '@bothy/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { ClusterStage, eventually, patience } from './stage/cluster-stage.ts';
import { alarmsOf, edgeOf, sensorsOf, storedOf } from './stage/monitoring.ts';
import type { NodeProcess } from './stage/node-process.ts';

async function onlyNode(stage: ClusterStage): Promise<NodeProcess> {
  const [node] = stage.nodes;
  if (node === undefined) throw new Error('no node');
  return node;
}

async function publish(node: NodeProcess, topic: string, message: string): Promise<void> {
  const flags = ['-p', String(node.setup.mqttPort), '-t', topic, '-m', message, '-q', '1'];
  const { code, errors } = await runProgram('mosquitto_pub', flags).result;
  if (code !== 0) throw new Error(errors);
}

/** An ordinary tool that has subscribed; it ends after so many messages. */
async function listening(
  node: NodeProcess,
  filter: string,
  count: number,
): Promise<{ readonly topics: Promise<readonly string[]> }> {
  // Into a pipe it would write only when it ends.
  const path = findProgram(['stdbuf']);
  if (path === undefined) throw new Error('stdbuf was not found: it is part of every GNU system');
  const broker = ['-p', String(node.setup.mqttPort), '-q', '1', '-d'];
  const flags = ['-oL', 'mosquitto_sub', ...broker, '-t', filter, '-C', String(count), '-F', '%t'];
  const child = spawn(path, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  const closed = new Promise((resolve) => child.once('close', resolve));
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (bytes: Buffer) => {
      text += bytes;
      if (text.includes('Subscribed (mid')) resolve();
    });
  });
  onTestFinished(() => void child.kill());
  const topics = closed.then(() => text.split('\n').filter((line) => line.startsWith('env/')));
  return { topics };
}

const reading = (value: unknown, more: object = {}): string =>
  JSON.stringify({
    sensor: 'temperature',
    value,
    timestamp: new Date().toISOString(),
    node: 'edge-1',
    event: false,
    event_type: null,
    ...more,
  });

test("the documents' own payload becomes a sensor, an event an alarm, and ordinary tools hear both", async (context) => {
  const node = await onlyNode(await ClusterStage.open(context, { nodes: 1 }));
  const { topics } = await listening(node, 'env/#', 3);
  await publish(node, 'env/temperature/raw', reading(23.4));
  await publish(node, 'env/temperature/raw', reading(31.5, { event: true, event_type: 'temperature_alert' }));
  await publish(
    node,
    'env/event/temperature_alert',
    reading(31.5, { event: true, event_type: 'temperature_alert' }),
  );
  await eventually(async () => (await sensorsOf(node, 'edge-1'))[0]?.value === 31.5, 'the value is shown');
  await eventually(async () => (await alarmsOf(node)).some(({ active }) => active), 'the alarm is open');
  expect((await alarmsOf(node)).map(({ id }) => id)).toEqual(['edge-1~temperature~temperature_alert_high']);
  expect(await topics).toEqual(['env/temperature/raw', 'env/temperature/raw', 'env/event/temperature_alert']);
  await publish(node, 'env/temperature/raw', reading(22));
  await eventually(async () => (await alarmsOf(node)).every(({ active }) => !active), 'the alarm is cleared');
});

const device = `
import json, sys, time
import paho.mqtt.client as mqtt
client = mqtt.Client("a-python-device")
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_start()
for number in range(200):
    payload = {"sensor": "humidity", "value": 50 + number / 10, "node": "python-1", "event": False, "event_type": None,
               "timestamp": "2026-01-01T%02d:%02d:00" % (number // 60, number % 60)}
    client.publish("env/humidity/raw", json.dumps(payload), qos=1).wait_for_publish()
client.disconnect()
client.loop_stop()
`;

test("Python's client publishes, also the same reading twice, and each is stored once", async (context) => {
  const node = await onlyNode(
    await ClusterStage.open(context, {
      nodes: 1,
      flags: ['--zone', 'Europe/Berlin', '--telemetry-days', '3650'],
    }),
  );
  const python = findProgram(pythonCommands);
  if (python === undefined) throw new Error('python3 was not found: npm test installs it');
  for (const _time of [1, 2]) {
    const child = spawn(python, ['-c', device, String(node.setup.mqttPort)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  }
  await eventually(
    async () => (await edgeOf(node, 'python-1'))?.counts.double === 200,
    'the second run is double',
  );
  expect((await edgeOf(node, 'python-1'))?.counts.stored).toBe(200);
  const from = Date.parse('2025-12-31T00:00:00Z');
  const path = `/api/v1/readings?series=python-1/humidity&from=${from}&to=${from + 3 * 86_400_000}&resolution=raw&points=5000`;
  const stored = async (): Promise<readonly number[] | undefined> =>
    (await node.get<{ series: readonly { stampsMs: readonly number[] }[] }>(path)).series[0]?.stampsMs;
  // A reading is counted when it is taken, and stored with the next commit.
  await expect.poll(stored, patience).toHaveLength(200);
  // Without a zone the node's is meant: midnight in Berlin is an hour before that of UTC.
  expect((await stored())?.[0]).toBe(Date.parse('2025-12-31T23:00:00Z'));
});

test('what is no reading is refused and counted with an example, and nothing else suffers', async (context) => {
  const node = await onlyNode(await ClusterStage.open(context, { nodes: 1 }));
  await publish(node, 'env/temperature/raw', reading(20));
  const wrong = [
    'not JSON',
    reading('23.4'),
    '{"sensor":"temperature","value":NaN,"node":"edge-1"}',
    reading(1, { timestamp: '1970-01-01T00:00:00Z' }),
    reading(2, { timestamp: '2100-01-01T00:00:00Z' }),
    reading(3, { node: 'no such name!' }),
    reading(1e300),
    '[]',
    '',
  ];
  for (const message of wrong) await publish(node, 'env/temperature/raw', message);
  await publish(node, 'env/temperature/raw', reading(4, { note: 'x'.repeat(60_000) }));
  await publish(node, 'env/temperature/raw', 'x'.repeat(100_000));
  await publish(node, 'env/temperature/raw', reading(21));
  await eventually(async () => (await sensorsOf(node, 'edge-1'))[0]?.value === 21, 'the last value is shown');
  const { refusals } = await node.get<{ refusals: readonly { count?: number; reason: string }[] }>(
    '/api/v1/edges',
  );
  expect(refusals.length).toBeGreaterThan(0);
  // What is live is shown at once, and stored with the next commit.
  const stored = async () => await storedOf(node, 'edge-1', 'temperature');
  await eventually(async () => (await stored()).stampsMs.length >= 2, 'both values are stored');
  const { stampsMs, mean } = await stored();
  expect([stampsMs.length, mean]).toEqual([2, [20, 21]]);
});
