import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { temporaryFolder } from '@bothy/testkit';
import { ChannelCredentials, Client, status as grpcStatus } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { methodsOfCluster } from './grpc-service.ts';
import { clusterCredentials } from './index.ts';
import { certificateFromSecret } from './secret-authority.ts';
import { link, plain, RecordedNode } from './testing/recorded-node.ts';
import { listening } from './testing/tcp-proxy.ts';

const secret = 'a secret that is long enough';
const nodes: RecordedNode[] = [];
const start = async (...args: Parameters<typeof RecordedNode.listening>): Promise<RecordedNode> => {
  const node = await RecordedNode.listening(...args);
  nodes.push(node);
  return node;
};
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.links.stop()));
});
const folders: { remove(): void }[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});
const emptyFolder = (): string => {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder.path;
};
const withSecret = async (node: string, of = secret) => ({
  credentials: await clusterCredentials({ kind: 'secret', secret: of, node }),
});

test('[GRPC20] nodes with one secret link with certificates that say who they are', async () => {
  const [a, b] = [await start('a', await withSecret('a')), await start('b', await withSecret('b'))];
  await link(a, b);
  expect(a.all('refused')).toEqual([]);
  const { tls } = (await withSecret('a')).credentials;
  const certificate = new X509Certificate(tls?.cert ?? '');
  expect(certificate.subject).toBe('CN=a');
  expect(certificate.verify(new X509Certificate(tls?.ca ?? '').publicKey)).toBe(true);
});

test('[GRPC21] with another secret both sides say cluster_refused, and no link stands', async () => {
  const [a, b] = [
    await start('a', await withSecret('a')),
    await start('b', await withSecret('b', 'another secret, long enough')),
  ];
  a.links.dial(b.address);
  const [failed, refused] = await Promise.all([a.next('dialFailed'), b.next('refused')]);
  expect(failed.code).toBe('cluster_refused');
  expect(failed.sentence).toContain('another cluster secret');
  expect([refused.code, a.all('refused')[0]?.code]).toEqual(['cluster_refused', 'cluster_refused']);
  expect(refused.sentence).toMatch(/^127\.0\.0\.1 does not belong to this cluster/);
  expect(a.links.linked).toEqual([]);
});

test('[GRPC21] a node without a secret is refused by one that has it, and told what it needs', async () => {
  const [a, b] = [await start('a'), await start('b', await withSecret('b'))];
  a.links.dial(b.address);
  const [failed, refused] = await Promise.all([a.next('dialFailed'), b.next('refused')]);
  expect(failed.sentence).toContain('secret');
  expect(refused.code).toBe('cluster_refused');
  b.links.dial(a.address);
  expect((await b.next('dialFailed')).code).toBe('cluster_refused');
});

test('[GRPC20] who does not look at certificates, and shows none of the cluster, gets no answer', async () => {
  const b = await start('b', await withSecret('b'));
  const { tls } = (await withSecret('a', 'another secret, long enough')).credentials;
  const blind = { rejectUnauthorized: false };
  const strangers = [
    ChannelCredentials.createSsl(null, null, null, blind),
    ChannelCredentials.createSsl(null, Buffer.from(tls?.key ?? ''), Buffer.from(tls?.cert ?? ''), blind),
  ];
  for (const stranger of strangers) {
    const client = new Client(b.address, stranger, { 'grpc.ssl_target_name_override': 'anybody' });
    const { path, requestSerialize, responseDeserialize } = methodsOfCluster.announce;
    const status = await new Promise((resolve) => {
      const info = { ...b.links.self, id: 'a' };
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, info, (error) =>
        resolve(error?.code),
      );
    });
    expect(status).toBe(grpcStatus.UNAVAILABLE);
    client.close();
  }
  expect(b.all('refused').map(({ code }) => code)).toContain('cluster_refused');
});

test('[GRPC20] a listener of another authority is not talked to, though it takes everybody', async () => {
  const { tls } = (await withSecret('b', 'another secret, long enough')).credentials;
  const impostor = createServer({ cert: tls?.cert, key: tls?.key, ALPNProtocols: ['h2'] });
  const secured: unknown[] = [];
  impostor.on('secureConnection', (socket) => void secured.push(socket));
  impostor.on('tlsClientError', () => {});
  const address = await listening(impostor);
  const a = await start('a', await withSecret('a'));
  a.links.dial(address);
  expect((await a.next('dialFailed')).code).toBe('cluster_refused');
  expect(secured).toEqual([]);
  impostor.close();
});

test('[GRPC22] a node with the certificate of another one is refused', async () => {
  const [a, b] = [await start('a', await withSecret('somebody')), await start('b', await withSecret('b'))];
  a.links.dial(b.address);
  expect((await a.next('dialFailed')).code).toBe('cluster_refused');
  expect((await b.next('refused')).code).toBe('cluster_refused');
  b.links.dial(a.address);
  expect((await b.next('dialFailed')).code).toBe('cluster_refused');
});

test('[GRPC23] a secret that is too short, and files that do not fit, are refused at the start', async () => {
  const folder = emptyFolder();
  const file = join(folder, 'not.pem');
  await writeFile(file, 'nothing');
  const bad = { code: 'configuration_invalid' };
  await expect(clusterCredentials({ kind: 'secret', secret: 'too short', node: 'a' })).rejects.toMatchObject(
    bad,
  );
  await expect(clusterCredentials({ kind: 'secretFile', path: file, node: 'a' })).rejects.toMatchObject(bad);
  await expect(clusterCredentials({ kind: 'files', cert: file, key: file, ca: file })).rejects.toMatchObject(
    bad,
  );
  const missing = join(folder, 'missing');
  await expect(clusterCredentials({ kind: 'secretFile', path: missing, node: 'a' })).rejects.toMatchObject(
    bad,
  );
});

test('[GRPC24] without credentials nothing is listened on beyond loopback, unless insecure is said', async () => {
  const node = new RecordedNode('a');
  nodes.push(node);
  await expect(node.links.listen('0.0.0.0', 0)).rejects.toMatchObject({ code: 'configuration_invalid' });
  const insecure = await clusterCredentials({ kind: 'none', insecure: true });
  const other = new RecordedNode('b', { credentials: insecure });
  nodes.push(other);
  await other.links.listen('0.0.0.0', 0);
  expect(plain.beyondLoopback).toBe(false);
});

test('[GRPC20] a secret in a file is its first line, and own certificates link as well', async () => {
  const folder = emptyFolder();
  const path = join(folder, 'secret');
  await writeFile(path, `${secret}\n`);
  const fromFile = await clusterCredentials({ kind: 'secretFile', path, node: 'a' });
  const [a, b] = [await start('a', { credentials: fromFile }), await start('b', await withSecret('b'))];
  await link(a, b);

  const pems = await certificateFromSecret('our own authority', 'any name');
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem'), ca: join(folder, 'ca.pem') };
  for (const part of ['cert', 'key', 'ca'] as const) await writeFile(files[part], pems[part]);
  const own = { credentials: await clusterCredentials({ kind: 'files', ...files }) };
  const [c, d] = [await start('c', own), await start('d', own)];
  await link(c, d);
});
