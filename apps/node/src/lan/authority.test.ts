import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createSecureContext,
  createServer,
  type DetailedPeerCertificate,
  connect as tlsConnect,
} from 'node:tls';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadAuthority } from './authority.ts';
import { CertificateKeeper } from './certificate-keeper.ts';
import { isPrivate, localAddresses } from './local-addresses.ts';
import { issueServerCertificate } from './server-certificate.ts';

const dayMs = 86_400_000;
const hut = { names: ['localhost', 'hut', 'hut.local'], addresses: ['127.0.0.1', '192.168.1.7', 'fe80::7'] };
let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'tls', 'authority.json');
});
afterEach(() => folder.remove());

const load = (wallMs = Date.now) => loadAuthority({ file, id: 'hut', hostNames: hut.names, wallMs });
const open = (addresses = () => hut, wallMs = Date.now) =>
  CertificateKeeper.open({ authorityFile: file, id: 'hut', addresses, wallMs });

/** What a browser that trusts the authority makes of the certificate under this name. */
async function handshake(
  { cert, key }: { cert: string; key: string },
  ca: string,
  servername: string,
): Promise<DetailedPeerCertificate> {
  const server = createServer({ cert, key }, (socket) => socket.end());
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    return await new Promise((resolve, reject) => {
      const isName = !/^[\d.]+$/.test(servername);
      const socket = tlsConnect({ port, host: '127.0.0.1', ca, ...(isName ? { servername } : {}) }, () => {
        resolve(socket.getPeerCertificate(true));
        socket.destroy();
      });
      socket.on('error', reject);
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

test('the certificate is good for each name of the machine, and for no other', async () => {
  const keeper = await open();
  for (const name of ['127.0.0.1', 'localhost', 'hut', 'hut.local']) {
    const shown = await handshake(keeper.current, keeper.authorityPem, name);
    expect(shown.subjectaltname).toContain('IP Address:192.168.1.7');
    expect(shown.issuerCertificate.fingerprint256).toBe(keeper.fingerprint);
  }
  await expect(handshake(keeper.current, keeper.authorityPem, 'other.local')).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});

test('what an authority signs for a public name is refused by whoever trusts it', async () => {
  const kept = await load();
  const ca = kept.certificate.toString('pem');
  // As if its key had been stolen: the names are not checked before signing.
  const stolen = { ...kept, hostNames: ['bank.example'] };
  const issued = await issueServerCertificate(stolen, { names: ['bank.example'], addresses: [] }, Date.now());
  await expect(handshake(issued, ca, 'bank.example')).rejects.toThrow('permitted subtree violation');
  const address = await issueServerCertificate(kept, { names: [], addresses: ['203.0.113.9'] }, Date.now());
  await expect(handshake(address, ca, 'localhost')).rejects.toThrow('permitted subtree violation');
});

test('the authority is kept over restarts, and only its owner can read it', async () => {
  const first = await load();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const second = await load();
  expect(second.certificate.serialNumber).toBe(first.certificate.serialNumber);
  expect(() => createSecureContext({ ca: second.certificate.toString('pem') })).not.toThrow();
});

test('an authority near its end is followed by a new one', async () => {
  const first = await load();
  const later = Date.now() + 9 * 365 * dayMs;
  expect((await load(() => later)).certificate.serialNumber).not.toBe(first.certificate.serialNumber);
});

test('a damaged file is not written over', async () => {
  await load();
  writeFileSync(file, '{"certificate":"x"}');
  await expect(load()).rejects.toMatchObject({ code: 'database_corrupt' });
});

test('a change of address, or the end coming near, brings a new certificate; otherwise it stays', async () => {
  let now = Date.now();
  let addresses = hut;
  const keeper = await open(
    () => addresses,
    () => now,
  );
  const told: string[] = [];
  keeper.onChange(({ cert }) => told.push(cert));
  expect(await keeper.refresh()).toBe(false);
  addresses = { ...hut, addresses: ['127.0.0.1', '10.1.2.3'] };
  expect(await keeper.refresh()).toBe(true);
  const shown = await handshake(keeper.current, keeper.authorityPem, 'hut');
  expect(shown.subjectaltname).toContain('IP Address:10.1.2.3');
  expect(shown.subjectaltname).not.toContain('192.168.1.7');
  now += 171 * dayMs;
  expect(await keeper.refresh()).toBe(true);
  expect(told).toHaveLength(2);
  expect(told[1]).toBe(keeper.current.cert);
});

test.each([
  ['192.168.0.1', true],
  ['172.32.0.1', false],
  ['100.64.1.1', true],
  ['8.8.8.8', false],
  ['fd12::1', true],
  ['2001:db8::1', false],
])('%s is an address of a network of one’s own: %s', (address, own) => expect(isPrivate(address)).toBe(own));

test('this machine has a name and a loopback address', () => {
  const { names, addresses } = localAddresses();
  expect(names).toContain('localhost');
  expect(addresses).toContain('127.0.0.1');
});
