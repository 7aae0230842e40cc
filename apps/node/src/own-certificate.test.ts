import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFixture } from '../testing/running-node.ts';
import { loadAuthority } from './lan/authority.ts';
import { issueServerCertificate } from './lan/server-certificate.ts';
import { OwnCertificate } from './own-certificate.ts';

const nodes = nodeFixture();
const atLoopback = { names: ['localhost'], addresses: ['127.0.0.1'] };
let folder: string;
let ca: string;
beforeEach(() => {
  folder = nodes.folder();
});

/** As a program that renews certificates leaves them. */
async function writeCertificate(): Promise<readonly [string, string]> {
  const file = join(folder, 'authority.json');
  const authority = await loadAuthority({ file, id: 'test', hostNames: ['localhost'], wallMs: Date.now });
  const { cert, key } = await issueServerCertificate(authority, atLoopback, Date.now());
  ca = authority.certificate.toString('pem');
  const files = [join(folder, 'cert.pem'), join(folder, 'key.pem')] as const;
  writeFileSync(files[0], cert);
  writeFileSync(files[1], key);
  return files;
}

function status(url: string, authority: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca: authority, servername: 'localhost', agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('with a certificate of its own a node serves HTTPS, and MQTT over TLS beside plain MQTT', async () => {
  const files = await writeCertificate();
  const node = await nodes.start({ tls: files.join(','), mqtts: '0' });
  expect(node.webUrl).toBe(`https://127.0.0.1:${node.httpPort}`);
  expect(await status(`${node.webUrl}/healthz`, ca)).toBe(200);
  await expect(status(`${node.webUrl}/healthz`, undefined)).rejects.toMatchObject({
    code: /UNABLE_TO_VERIFY|SELF_SIGNED/,
  });
  const secure = await connectAsync(`mqtts://127.0.0.1:${node.mqttsPort}`, { ca, servername: 'localhost' });
  const plain = await connectAsync(node.mqttUrl);
  const heard = new Promise((resolve) =>
    plain.once('message', (_topic, payload) => resolve(String(payload))),
  );
  await plain.subscribeAsync('env/#');
  await secure.publishAsync('env/temperature/raw', 'over TLS');
  expect(await heard).toBe('over TLS');
  await Promise.all([secure.endAsync(), plain.endAsync()]);
});

test('files that cannot be used end the start with a sentence', async () => {
  const [cert, key] = await writeCertificate();
  const refused = (tls: string, message: RegExp): Promise<unknown> =>
    expect(nodes.start({ tls, mqtts: '0' })).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(message),
    });
  await refused(`${cert},${join(folder, 'none.pem')}`, /--tls cannot use .*none\.pem/);
  await refused(`${key},${cert}`, /--tls cannot use/);
  await refused(cert, /--tls is .* 2 files with commas between: certificate, key/);
  await expect(nodes.start({ tls: `${cert},${key}`, lan: '' })).rejects.toMatchObject({
    code: 'configuration_invalid',
  });
});

const kept: OwnCertificate[] = [];
afterEach(() => {
  for (const certificate of kept.splice(0)) certificate.stop();
});

test('files that were exchanged are used, broken ones are logged and the old certificate stays', async () => {
  const files = await writeCertificate();
  const certificate = await OwnCertificate.open(files);
  kept.push(certificate);
  const used: string[] = [];
  const lines: string[] = [];
  const servers = [{ useCertificate: ({ cert }: { cert: string }): void => void used.push(cert) }];
  const write = (_fields: object, sentence: string): void => void lines.push(sentence);
  const log = { info: write, error: write };
  await certificate.look(servers, log);
  expect([used, lines]).toEqual([[], []]);
  const before = certificate.current.cert;
  writeFileSync(files[1], 'half of a key');
  await certificate.look(servers, log);
  expect([used, lines.length, certificate.current.cert]).toEqual([[], 1, before]);
  await writeCertificate();
  await certificate.look(servers, log);
  expect(used).toEqual([certificate.current.cert]);
  expect(used[0]).not.toBe(before);
});
