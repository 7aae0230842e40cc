/** An edge with credentials of its own, over TLS: it gets in by a code, speaks as itself, and is shut out again. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { runProgram } from '@bothy/testkit';
import { connectAsync } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { ClusterStage, eventually } from './stage/cluster-stage.ts';
import { EdgeProcess } from './stage/edge-process.ts';
import { bothy } from './stage/run-bothy.ts';

interface Credentials {
  readonly edge: string;
  readonly secret: string;
  readonly url: string;
  readonly ca?: string;
}

function httpsGet(url: string, ca: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { ca, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (bytes: Buffer) => {
        text += bytes;
      });
      answer.on('end', () => resolve(text));
    });
    asked.on('error', reject);
  });
}

test('an edge enrols at a node with a certificate, publishes over TLS, and nobody else speaks in its name', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 1, started: false });
  const node = stage.node('n1');
  const [certificate, key] = [join(stage.folder, 'cert.pem'), join(stage.folder, 'key.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const made = await runProgram('openssl', ['req', ...kind, ...name, '-keyout', key, '-out', certificate])
    .result;
  if (made.code !== 0) throw new Error(made.errors);
  // Its TCP port is taken by no listener of plain MQTT: with --tls both are there, and the edge is sent to TLS.
  await node.start({ flags: ['--tls', `${certificate},${key}`, '--mqtts', '0'] });
  const trust = { NODE_EXTRA_CA_CERTS: certificate };
  const invited = await bothy(['edge', 'invite', 'edge-7', '--data', node.setup.data, '--id', 'n1']);
  const code = /[a-z2-7]{4}(-[a-z2-7]{4}){3}/.exec(invited.output)?.[0] ?? 'none';
  const file = join(stage.folder, 'edge-7.json');
  const url = `https://127.0.0.1:${node.setup.httpPort}`;
  const enrolled = await bothy(
    ['edge', 'enrol', '--node', url, '--code', code, '--id', 'edge-7', '--credentials', file],
    trust,
  );
  expect(enrolled).toMatchObject({ code: 0 });
  const credentials = JSON.parse(readFileSync(file, 'utf8')) as Credentials;
  expect(credentials).toMatchObject({ edge: 'edge-7', url: expect.stringMatching(/^mqtts:/) });

  const data = join(stage.folder, 'edge');
  const edge = new EdgeProcess({
    id: 'edge-7',
    broker: credentials.url,
    data,
    flags: ['--credentials', file],
    environment: trust,
  });
  onTestFinished(() => edge.end());
  await edge.start();
  const ca = readFileSync(certificate);
  const ask = (path: string): Promise<string> => httpsGet(`${url}${path}`, ca);
  const found = async () => {
    const { edges } = JSON.parse(await ask('/api/v1/edges')) as {
      edges: readonly { edge: string; enrolled: boolean; counts: { stored: number; refused: number } }[];
    };
    return edges.find(({ edge: id }) => id === 'edge-7');
  };
  await eventually(async () => ((await found())?.counts.stored ?? 0) > 5, 'its readings are stored');
  expect((await found())?.enrolled).toBe(true);

  // A guest of this machine, who may publish readings, but not in the name of an edge that is enrolled.
  const guest = await connectAsync(node.mqttUrl, { reconnectPeriod: 0 });
  onTestFinished(() => guest.endAsync(true).then(() => undefined));
  const forged = { sensor: 'temperature', value: 99, node: 'edge-7' };
  await guest.publishAsync('env/temperature/raw', JSON.stringify(forged), { qos: 1 });
  await guest.publishAsync('edge/edge-7/status', '{"v":1,"node":"edge-7","state":"offline","boot":1}', {
    qos: 1,
  });
  const honest = { sensor: 'temperature', value: 20, node: 'plain-1' };
  await guest.publishAsync('env/temperature/raw', JSON.stringify(honest), { qos: 1 });
  await eventually(
    async () => (await ask('/api/v1/sensors')).includes('plain-1'),
    'the honest reading is there',
  );
  const { sensors } = JSON.parse(await ask('/api/v1/sensors')) as {
    sensors: readonly { edge: string; recent: readonly (readonly [number, number])[] }[];
  };
  const values = sensors.filter(({ edge: id }) => id === 'edge-7').flatMap(({ recent }) => recent);
  expect(values.length).toBeGreaterThan(0);
  expect(values.some(([, value]) => value === 99)).toBe(false);

  // A copy of the credentials with another secret opens nothing.
  const wrong = join(stage.folder, 'wrong.json');
  copyFileSync(file, wrong);
  writeFileSync(wrong, JSON.stringify({ ...credentials, secret: `edge_${'a'.repeat(32)}` }));
  const { edge: username } = credentials;
  const options = {
    username,
    password: `edge_${'a'.repeat(32)}`,
    clientId: 'edge/edge-7',
    reconnectPeriod: 0,
  };
  const attempt = connectAsync(credentials.url, { ...options, ca }, false);
  await expect(attempt).rejects.toMatchObject({ code: 4 });
});
