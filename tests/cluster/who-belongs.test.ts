/** Who is let into a cluster: secrets, certificates, ids. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import * as grpc from '@grpc/grpc-js';
import { expect, type TestContext, test } from 'vitest';
import { ClusterStage, patience } from './stage/cluster-stage.ts';
import { clusterClient } from './stage/grpc-client.ts';
import type { NodeProcess } from './stage/node-process.ts';

const secret = (text: string): string[] => ['--cluster-secret', `${text} ${'x'.repeat(24)}`];
const log = (node: NodeProcess): string => readFileSync(join(node.setup.data, 'node.log'), 'utf8');
const metric = async (node: NodeProcess, name: string): Promise<string[]> =>
  (await (await fetch(`${node.webUrl}/metrics`)).text()).split('\n').filter((line) => line.includes(name));

test('with a secret the links are TLS, who has another is refused with a sentence on both sides, and the rest goes on', async (context) => {
  const stage = await ClusterStage.open(context, {
    flagsOf: { n1: secret('ours'), n2: secret('ours'), n3: secret('theirs') },
    started: false,
  });
  await Promise.all(stage.nodes.map((node) => node.start()));
  const [n1, n2, n3] = stage.nodes as [NodeProcess, NodeProcess, NodeProcess];
  await expect.poll(() => n1.hears(), patience).toContain('n2 up');
  for (const node of [n1, n3]) {
    await expect.poll(() => log(node), patience).toMatch(/"code":"cluster_refused","msg":"[^"]{20,}/);
  }
  expect(await n1.hears()).not.toContain('n3 up');
  expect(await n3.hears()).not.toContain('up');
  expect(await metric(n1, 'cluster_refused')).not.toEqual([]);
  // A program without certificates, in plain text and with TLS.
  for (const credentials of [grpc.credentials.createInsecure(), anyTls()]) {
    const client = clusterClient(n1.clusterAddress, credentials);
    expect((await client.call('ListRooms', {})).status).toBe(grpc.status.UNAVAILABLE);
    client.close();
  }
  await expect.poll(() => n1.hears(), patience).toContain('n2 up');
  await expect.poll(() => n2.hears(), patience).toContain('n1 up');
});

/** Trusts whoever answers, and shows no certificate. */
function anyTls(): grpc.ChannelCredentials {
  return grpc.credentials.createSsl(null, null, null, { rejectUnauthorized: false });
}

test('of two nodes with one id the first stays, and both say what to do', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 2 });
  const [n1, n2] = stage.nodes as [NodeProcess, NodeProcess];
  const double = await ClusterStage.open(context, { nodes: 2, started: false });
  const other = double.node('n2');
  await other.start({ join: [n1.setup.clusterPort, n2.setup.clusterPort] });
  await expect.poll(() => log(other), patience).toMatch(/Another node goes by (the|this) id/);
  for (const node of [n1, n2]) await expect.poll(() => log(node), patience).toMatch(/"code":"node_id_taken"/);
  await expect.poll(() => n1.hears(), patience).toBe('n2 up');
  await expect.poll(() => n2.hears(), patience).toBe('n1 up');
  expect(await other.hears()).not.toContain('n1 up');
  // It is still the first one that is heard.
  const { nodes } = await n1.get<{ nodes: { id: string; webUrl: string }[] }>('/api/v1/cluster');
  expect(nodes.find(({ id }) => id === 'n2')?.webUrl).toBe(n2.webUrl);
});

test('a node that is started from a copy of another one’s folder hears so from the other one', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 2 });
  const n2 = stage.node('n2');
  const folder = join(stage.folder, 'copy');
  mkdirSync(folder);
  cpSync(join(n2.setup.data, 'node-key.json'), join(folder, 'node-key.json'));
  const double = await ClusterStage.open(context, { nodes: 2, started: false, folders: { n2: folder } });
  const other = double.node('n2');
  await other.start({ join: [n2.setup.clusterPort] });
  await expect.poll(() => log(other), patience).toMatch(/Another node goes by (the|this) id/);
  await expect.poll(() => n2.hears(), patience).toBe('n1 up');
});

test('a node that is started from a copy while the first one runs takes over none of its links; the first one hears of it', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 2 });
  const [n1, n2] = stage.nodes as [NodeProcess, NodeProcess];
  const folder = join(stage.folder, 'copy');
  mkdirSync(folder);
  cpSync(join(n2.setup.data, 'node-key.json'), join(folder, 'node-key.json'));
  const double = await ClusterStage.open(context, { nodes: 2, started: false, folders: { n2: folder } });
  const other = double.node('n2');
  await other.start({ join: [n1.setup.clusterPort] });
  await expect.poll(() => log(other), patience).toMatch(/Another node goes by the id n2/);
  await expect.poll(() => log(n2), patience).toMatch(/with a copy of its data folder/);
  await expect.poll(() => log(n1), patience).toMatch(/"code":"node_id_taken"/);
  await expect.poll(() => n1.hears(), patience).toBe('n2 up');
  const { nodes } = await n1.get<{ nodes: { id: string; webUrl: string }[] }>('/api/v1/cluster');
  expect(nodes.find(({ id }) => id === 'n2')?.webUrl).toBe(n2.webUrl);
});

test('own certificates of one authority link nodes, and one of another authority is refused', async (context) => {
  const certificates = certificateFolder(context);
  const stage = await ClusterStage.open(context, {
    flagsOf: {
      n1: ['--cluster-tls', certificates('ours', 'n1')],
      n2: ['--cluster-tls', certificates('ours', 'n2')],
      n3: ['--cluster-tls', certificates('theirs', 'n3')],
    },
    started: false,
  });
  await Promise.all(stage.nodes.map((node) => node.start()));
  const [n1, n2, n3] = stage.nodes as [NodeProcess, NodeProcess, NodeProcess];
  await expect.poll(() => n1.hears(), patience).toContain('n2 up');
  await expect.poll(() => n2.hears(), patience).toContain('n1 up');
  await expect.poll(() => log(n3), patience).toMatch(/"code":"cluster_refused"/);
  expect(await n3.hears()).not.toContain('up');
});

/** Makes certificates as an administrator does, with openssl: `certificate,key,authority`. */
function certificateFolder(context: TestContext): (authority: string, node: string) => string {
  const folder = temporaryFolder();
  context.onTestFinished(() => folder.remove());
  const at = (name: string): string => join(folder.path, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder.path, stdio: 'ignore' });
  };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
  const made = new Set<string>();
  return (authority, node) => {
    if (!made.has(authority)) {
      made.add(authority);
      const files = ['-keyout', at(`${authority}.key`), '-out', at(`${authority}.pem`)];
      openssl('req', '-x509', ...curve, '-subj', `/CN=${authority}`, ...files);
    }
    openssl('req', ...curve, '-subj', `/CN=${node}`, '-keyout', at(`${node}.key`), '-out', at(`${node}.csr`));
    writeFileSync(at('ext'), 'extendedKeyUsage=serverAuth,clientAuth\n');
    const by = ['-CA', at(`${authority}.pem`), '-CAkey', at(`${authority}.key`), '-CAcreateserial'];
    openssl(
      'x509',
      '-req',
      '-in',
      at(`${node}.csr`),
      ...by,
      '-days',
      '30',
      '-extfile',
      at('ext'),
      '-out',
      at(`${node}.pem`),
    );
    return [at(`${node}.pem`), at(`${node}.key`), at(`${authority}.pem`)].join(',');
  };
}
