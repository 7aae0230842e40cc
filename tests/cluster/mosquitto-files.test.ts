/** The files of deploy/mosquitto, tried with the real Mosquitto: only places and ports are changed. */
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freePorts,
  type RunningMosquitto,
  runProgram,
  startMosquittoWith,
  temporaryFolder,
} from '@bothy/testkit';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';

const source = join(import.meta.dirname, '../../deploy/mosquitto');
const folder = temporaryFolder();
const password = 'a-secret-of-one-edge';
const clients: MqttClient[] = [];
let broker: RunningMosquitto;
let ports: { readonly local: number; readonly edges: number };
let ca: string;

beforeAll(async () => {
  const place = folder.path;
  // Mosquitto gives up root for a user of its own, which reads the files then.
  chmodSync(place, 0o777);
  const [local = 0, edges = 0] = await freePorts(2);
  ports = { local, edges };
  for (const file of ['local.acl', 'edges.acl']) copyFileSync(join(source, file), join(place, file));
  writeFileSync(join(place, 'passwords'), '');
  for (const edge of ['edge-1', 'edge-2']) {
    await succeed('mosquitto_passwd', ['-b', join(place, 'passwords'), edge, password]);
  }
  const [key, certificate] = [join(place, 'server.key'), join(place, 'server.crt')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  await succeed('openssl', ['req', ...kind, ...name, '-keyout', key, '-out', certificate]);
  for (const file of ['passwords', 'server.key', 'local.acl', 'edges.acl'])
    chmodSync(join(place, file), 0o644);
  ca = readFileSync(certificate, 'utf8');
  const text = readFileSync(join(source, 'mosquitto.conf'), 'utf8')
    .replaceAll('/etc/mosquitto/bothy', place)
    .replaceAll('/var/lib/mosquitto/', `${place}/`)
    .replace('listener 1883 127.0.0.1', `listener ${ports.local} 127.0.0.1`)
    .replace('listener 8883', `listener ${ports.edges} 127.0.0.1`);
  writeFileSync(join(place, 'mosquitto.conf'), text);
  broker = await startMosquittoWith(join(place, 'mosquitto.conf'), ports.local);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  await broker?.stop();
  folder.remove();
});

async function succeed(program: string, flags: readonly string[]): Promise<void> {
  const { code, output } = await runProgram(program, [...flags]).result;
  if (code !== 0) throw new Error(`${program} failed: ${output}`);
}

async function connected(url: string, options: object = {}): Promise<MqttClient> {
  const client = await connectAsync(url, { reconnectPeriod: 0, ...options }, false);
  clients.push(client);
  return client;
}

const edge = (id: string, secret = password): Promise<MqttClient> =>
  connected(`mqtts://localhost:${ports.edges}`, { ca, username: id, password: secret });
const local = (options: object = {}): Promise<MqttClient> =>
  connected(`mqtt://127.0.0.1:${ports.local}`, options);

/** Topics that reach a client, up to the one that ends the test. */
function until(client: MqttClient, last: string): Promise<readonly string[]> {
  const topics: string[] = [];
  return new Promise((resolve) => {
    client.on('message', (topic) => {
      topics.push(topic);
      if (topic === last) resolve(topics);
    });
  });
}

test('an edge comes by TLS with its password, and not without', async () => {
  expect((await edge('edge-1')).connected).toBe(true);
  await expect(edge('edge-1', 'wrong')).rejects.toMatchObject({ code: 5 });
  await expect(connected(`mqtts://localhost:${ports.edges}`, { ca })).rejects.toMatchObject({ code: 5 });
  await expect(
    connected(`mqtts://localhost:${ports.edges}`, { username: 'edge-1', password }),
  ).rejects.toThrow(/certificate/);
});

test('it speaks as itself alone, and the node hears it', async () => {
  const node = await local();
  await node.subscribeAsync(['env/#', 'edge/#', 'user/#']);
  const heard = until(node, 'env/event/light_low');
  const one = await edge('edge-1');
  const said = ['edge/edge-2/status', 'edge/edge-1/control', 'edge/edge-1/home', 'user/ann/offer', 'env/x'];
  const own = ['edge/edge-1/status', 'env/temperature/raw', 'env/event/light_low'];
  for (const topic of [...said, ...own]) await one.publishAsync(topic, '{}', { qos: 1 });
  expect(await heard).toEqual(own);
});

test('it hears its own commands alone', async () => {
  const [node, two] = [await local(), await edge('edge-2')];
  for (const filter of ['edge/edge-1/control', 'edge/#', 'env/#', 'user/#', 'edge/edge-2/control']) {
    await two.subscribeAsync(filter, { qos: 1 }).catch(() => {});
  }
  const heard = until(two, 'edge/edge-2/control');
  for (const topic of [
    'edge/edge-1/control',
    'env/temperature/raw',
    'user/ann/offer',
    'edge/edge-2/control',
  ]) {
    await node.publishAsync(topic, '{}', { qos: 1 });
  }
  expect(await heard).toEqual(['edge/edge-2/control']);
});

test('people signal and read readings, through the node, and publish none', async () => {
  const [ann, ben] = [
    await local({ username: 'ann', password: 'x' }),
    await local({ username: 'ben', password: 'y' }),
  ];
  await ben.subscribeAsync(['user/ben/#', 'env/#']);
  const heard = until(ben, 'user/ben/offer');
  for (const topic of ['env/temperature/raw', 'edge/edge-1/control', 'user/ben/offer']) {
    await ann.publishAsync(topic, '{}', { qos: 1 });
  }
  expect(await heard).toEqual(['user/ben/offer']);
});
