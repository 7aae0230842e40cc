import { once } from 'node:events';
import { httpRequest } from '@bothy/testkit';
import { connectAsync } from 'mqtt';
import { beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { nodeFixture, writeWebApp } from '../testing/running-node.ts';
import type { RunningNode } from './index.ts';

const nodes = nodeFixture();
let node: RunningNode;
let local: string;
beforeEach(async () => {
  const webFolder = nodes.folder();
  writeWebApp(webFolder);
  node = await nodes.start({ hosts: 'bothy.example.org' }, { webFolder });
  local = `localhost:${node.httpPort}`;
});

const routes = [
  ['GET', '/'],
  ['GET', '/index.html'],
  ['GET', '/assets/app-1a2b3c.js'],
  ['GET', '/some/page'],
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/metrics'],
  ['GET', '/api/v1/node'],
  ['GET', '/api/v1/names/ann'],
  ['POST', '/api/v1/session/challenge'],
  ['POST', '/api/v1/session'],
  ['GET', '/api/v1/nothing'],
  ['GET', '/mqtt'],
  ['GET', '/%zz'],
  ['GET', `/api/v1/names/${'x'.repeat(200)}`],
  ['OPTIONS', '/api/v1/session'],
  ['PROPFIND', '/'],
] as const;

describe('who may ask', () => {
  test.each(routes)('%s %s refuses a foreign origin and a foreign host', async (method, path) => {
    const foreign = [{ origin: 'http://evil.example' }, { origin: 'null' }, { host: 'evil.example' }];
    for (const headers of foreign) {
      const answer = await httpRequest(node.webUrl + path, { method, headers });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toEqual({ code: 'origin_refused', message: expect.any(String) });
    }
  });

  test.each(routes)('%s %s lets our own origin and a configured host through to it', async (method, path) => {
    for (const headers of [{ host: local, origin: `http://${local}` }, { host: 'bothy.example.org' }]) {
      const answer = await httpRequest(node.webUrl + path, { method, headers });
      expect(answer.status).not.toBe(403);
      expect(answer.status).toBeLessThan(500);
    }
  });

  test.each([
    ['/mqtt', { origin: 'http://evil.example' }, 403],
    ['/mqtt', { host: 'evil.example' }, 403],
    ['/ws', {}, 400],
    ['/healthz', {}, 404],
  ])('an upgrade of %s with %o is answered %d', async (path, headers, status) => {
    expect(await upgrade(path, headers)).toBe(status);
  });

  test('an upgrade of /mqtt from our own page opens', async () => {
    expect(await upgrade('/mqtt', { origin: `http://127.0.0.1:${node.httpPort}` })).toBe(101);
  });
});

describe('the web app', () => {
  const page = { accept: 'text/html,*/*' };

  test('is asked for anew each time, and its hashed assets never again', async () => {
    const index = await httpRequest(`${node.webUrl}/`, { headers: page });
    expect(index).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
    const asset = await httpRequest(`${node.webUrl}/assets/app-1a2b3c.js`);
    expect(asset).toMatchObject({ status: 200, text: 'start();' });
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  test('answers any page address, and no missing file or route', async () => {
    const deep = await httpRequest(`${node.webUrl}/chats/ben?x=1`, { headers: page });
    expect(deep).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
    expect(deep.text).toContain('The app');
    for (const path of ['/assets/gone.js', '/api/v1/gone', '/api', '/mqtt']) {
      const gone = await httpRequest(node.webUrl + path, { headers: page });
      expect(gone.status).toBe(404);
      expect(JSON.parse(gone.text)).toMatchObject({ code: 'not_found' });
    }
    expect(await httpRequest(`${node.webUrl}/chats/ben`)).toMatchObject({ status: 404 });
  });

  test('nothing outside its folder is served', async () => {
    for (const path of ['/../node.log', '/%2e%2e/node.log', '/assets/..%2f..%2fnode.log', '/..%5cnode.log']) {
      const answer = await httpRequest(node.webUrl + path);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.text).not.toContain('node started');
    }
  });

  test('may load nothing from elsewhere, run nothing inline and be framed by nobody', async () => {
    const { headers } = await httpRequest(`${node.webUrl}/`, { headers: { host: local } });
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'self';");
    expect(policy).toContain(`connect-src 'self' ws://${local} wss://${local};`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
  });
});

describe('metrics and errors', () => {
  test('metrics tell of the process and of the broker', async () => {
    const { text, headers } = await httpRequest(`${node.webUrl}/metrics`);
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
    expect(text).toMatch(/^bothy_mqtt_clients 0$/m);
    expect(text).toMatch(/^# TYPE bothy_mqtt_refused_connects_total counter$/m);
    const stranger = connectAsync(
      node.mqttUrl,
      { username: 'ann', password: 'x', reconnectPeriod: 0 },
      false,
    );
    await expect(stranger).rejects.toThrow();
    const after = await httpRequest(`${node.webUrl}/metrics`);
    expect(after.text).toMatch(/^bothy_mqtt_refused_connects_total 1$/m);
    expect(after.text).toMatch(/^bothy_mqtt_connects_total 0$/m);
  });

  test('a body that is too large or no JSON is told as such', async () => {
    const url = `${node.webUrl}/api/v1/session`;
    const large = await httpRequest(url, { method: 'POST', body: { proof: 'x'.repeat(70_000) } });
    expect(large.status).toBe(413);
    expect(JSON.parse(large.text)).toMatchObject({ code: 'payload_too_large' });
    const type = { 'content-type': 'application/json', 'content-length': '0' };
    const empty = await httpRequest(url, { method: 'POST', headers: type });
    expect(empty.status).toBe(400);
    expect(JSON.parse(empty.text)).toMatchObject({ code: 'bad_request' });
  });
});

/** The status that an upgrade is answered with; 101 when the WebSocket opens. */
async function upgrade(path: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${node.httpPort}${path}`, 'mqtt', { headers });
  socket.on('error', () => {});
  const opened = once(socket, 'open').then(() => 101);
  const refused = once(socket, 'unexpected-response').then(([, answer]) => Number(answer.statusCode));
  const status = await Promise.race([opened, refused]);
  socket.terminate();
  return status;
}
