import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createIdentity, makeProof } from '@bothy/identity';
import { httpRequest } from '@bothy/testkit';
import { deviceKey } from '@bothy/wire';
import { connectAsync } from 'mqtt';
import { beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { nodeFixture, writeWebApp } from '../../testing/running-node.ts';
import type { LanInfo, RunningNode } from '../index.ts';

const nodes = nodeFixture();
const loopback = {
  hosts: '203.0.113.9',
  lan: '',
  http: '127.0.0.1:0',
  mqtt: '127.0.0.1:0',
  guide: '127.0.0.1:0',
};
let addresses = { names: ['localhost'], addresses: ['127.0.0.1'] };
let node: RunningNode;
let lan: LanInfo;
beforeEach(async () => {
  addresses = { names: ['localhost'], addresses: ['127.0.0.1'] };
  const webFolder = nodes.folder();
  writeWebApp(webFolder);
  node = await nodes.start(loopback, { webFolder, addresses: () => addresses });
  if (node.lan === undefined) throw new Error('the node does not serve the network');
  lan = node.lan;
});

/** The status of an HTTPS request by a browser that trusts the authority. */
function get(path: string, headers: Record<string, string> = {}, ca = lan.authority): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = httpsRequest(
      `${node.webUrl}${path}`,
      { ca, headers, servername: 'localhost', agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

describe('the web app by HTTPS', () => {
  test('opens where the authority is trusted, and nowhere else', async () => {
    expect(node.webUrl).toBe(`https://127.0.0.1:${node.httpPort}`);
    expect(await get('/')).toBe(200);
    expect(await get('/healthz')).toBe(200);
    await expect(get('/', {}, '')).rejects.toMatchObject({ code: /UNABLE_TO_VERIFY|SELF_SIGNED/ });
  });

  test('refuses foreign hosts and origins, also for WebSockets', async () => {
    expect(await get('/', { host: 'evil.example' })).toBe(403);
    expect(await get('/', { origin: 'https://evil.example' })).toBe(403);
    expect(await get('/', { origin: node.webUrl })).toBe(200);
    const foreign = new WebSocket(`${node.webUrl.replace('https', 'wss')}/mqtt`, 'mqtt', {
      ca: lan.authority,
      origin: 'https://evil.example',
    });
    foreign.on('error', () => {});
    const [, answer] = await once(foreign, 'unexpected-response');
    expect(answer.statusCode).toBe(403);
  });

  test('MQTT over WSS opens for our own page', async () => {
    const socket = new WebSocket(`${node.webUrl.replace('https', 'wss')}/mqtt`, 'mqtt', {
      ca: lan.authority,
      origin: node.webUrl,
    });
    await once(socket, 'open');
    socket.terminate();
  });
});

test('other nodes are told the address that others reach, not this machine’s name for itself', async () => {
  addresses = { names: ['localhost'], addresses: ['127.0.0.1', '10.9.8.7'] };
  const flags = { ...loopback, http: '0.0.0.0:0', 'allow-guests': '' };
  const wide = await nodes.start(flags, { addresses: () => addresses });
  const asked = httpsRequest(`${wide.webUrl}/api/v1/cluster`, { ca: wide.lan?.authority, agent: false });
  asked.end();
  const [answer] = await once(asked, 'response');
  const { nodes: shown } = JSON.parse((await answer.toArray()).join(''));
  expect(shown).toEqual([expect.objectContaining({ webUrl: `https://10.9.8.7:${wide.httpPort}` })]);
});

describe('MQTT over TLS', () => {
  const options = () => ({ ca: lan.authority, protocolVersion: 4 as const, reconnectPeriod: 0 });

  test('lets a person in, and no guest, for a program of this machine is none here', async () => {
    expect(node.mqttUrl).toMatch(/^mqtts:/);
    const identity = await createIdentity({ name: 'ann', issuedAt: Date.now() });
    const audience = new URL(node.webUrl).host;
    const password = await makeProof({ identity, audience, now: Date.now() });
    const credentials = { clientId: deviceKey(identity), username: 'ann', password };
    const client = await connectAsync(node.mqttUrl, { ...options(), ...credentials }, false);
    await client.endAsync();
    await expect(connectAsync(node.mqttUrl, options(), false)).rejects.toMatchObject({ code: 5 });
  });

  test('connections that never finish their handshake do not hold up a stop', async () => {
    const silent = [node.httpPort, node.mqttPort].map((port) => connectTcp(port, '127.0.0.1'));
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    const ended = silent.map((socket) => once(socket.on('error', () => {}).resume(), 'close'));
    await node.stop();
    await Promise.all(ended);
  });
});

test('a changed address is in the certificates of both servers at the next connection', async () => {
  const shown = async (port: number): Promise<string | undefined> => {
    const socket = connectTls({ port, host: '127.0.0.1', ca: lan.authority });
    await once(socket, 'secureConnect');
    const { subjectaltname } = socket.getPeerCertificate();
    socket.destroy();
    return subjectaltname;
  };
  expect(await lan.refresh()).toBe(false);
  addresses = { ...addresses, addresses: ['127.0.0.1', '10.9.8.7'] };
  expect(await lan.refresh()).toBe(true);
  expect(await shown(node.httpPort)).toContain('10.9.8.7');
  expect(await shown(node.mqttPort)).toContain('10.9.8.7');
});

describe('plain HTTP', () => {
  test('shows the guide with the fingerprint of the terminal, and gives the certificate', async () => {
    const page = await httpRequest(lan.guideUrl);
    expect(page.status).toBe(200);
    expect(page.text).toContain(lan.fingerprint.replaceAll(':', ' '));
    expect(page.text).toContain(`href="${node.webUrl}"`);
    const certificate = await httpRequest(new URL('/bothy-authority.crt', lan.guideUrl).href);
    expect(certificate.headers['content-type']).toBe('application/x-x509-ca-cert');
  });

  test('sends everything else to HTTPS, and answers no foreign host', async () => {
    const answer = await httpRequest(new URL('/chats?x=1', lan.guideUrl).href);
    expect(answer).toMatchObject({ status: 307, headers: { location: `${node.webUrl}/chats?x=1` } });
    const uncovered = { host: `203.0.113.9:${new URL(lan.guideUrl).port}` };
    const moved = await httpRequest(new URL('/x', lan.guideUrl).href, { headers: uncovered });
    expect(moved.headers.location).toBe(`${node.webUrl}/x`);
    const foreign = await httpRequest(lan.guideUrl, { headers: { host: 'evil.example' } });
    expect(foreign.status).toBe(403);
    expect((await httpRequest(lan.guideUrl, { method: 'POST' })).status).toBe(405);
  });
});
