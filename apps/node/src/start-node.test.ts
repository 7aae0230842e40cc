import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createIdentity, makeProof } from '@bothy/identity';
import { freePort, httpRequest } from '@bothy/testkit';
import { expect, test } from 'vitest';
import { connectMqtt, nodeFixture, signIn } from '../testing/running-node.ts';
import { version } from './version.ts';

const nodes = nodeFixture();

test('a node says where it runs, and is healthy and ready there', async () => {
  const node = await nodes.start();
  expect(node).toMatchObject({ id: 'hut', webUrl: `http://127.0.0.1:${node.httpPort}` });
  expect(node.mqttUrl).toBe(`mqtt://127.0.0.1:${node.mqttPort}`);
  for (const path of ['/healthz', '/readyz']) {
    expect(await httpRequest(node.webUrl + path)).toMatchObject({ status: 200, text: '{"ok":true}' });
  }
  const about = await httpRequest(`${node.webUrl}/api/v1/node`);
  expect(JSON.parse(about.text)).toEqual({
    id: 'hut',
    version,
    registration: 'open',
    mqttPath: '/mqtt',
    audiences: expect.arrayContaining([`localhost:${node.httpPort}`, `127.0.0.1:${node.mqttPort}`]),
  });
});

test('a broker elsewhere that does not answer is told, and nothing is left running', async () => {
  const data = nodes.folder();
  const url = `mqtt://127.0.0.1:${await freePort()}`;
  await expect(nodes.start({ broker: url, data })).rejects.toMatchObject({
    code: 'broker_unreachable',
    message: expect.stringContaining(`${url} cannot be reached`),
  });
  // The folder is free again.
  const node = await nodes.start({ data });
  expect(await httpRequest(`${node.webUrl}/readyz`)).toMatchObject({ status: 200 });
});

test('a port in use is told, and nothing is left running', async () => {
  // None that is given to others meanwhile.
  const [http, mqtt] = [String(await freePort()), String(await freePort())];
  const taken = createServer().listen(Number(http), '127.0.0.1');
  await once(taken, 'listening');
  const sentence = new RegExp(`:${http}: the port is in use.*--`);
  const inUse = { code: 'address_in_use', message: expect.stringMatching(sentence) };
  await expect(nodes.start({ mqtt: http })).rejects.toMatchObject(inUse);
  // Whether the failed start let go of what it had is seen at the next one.
  const data = nodes.folder();
  await expect(nodes.start({ http, mqtt, data })).rejects.toMatchObject(inUse);
  taken.close();
  await once(taken, 'close');
  const node = await nodes.start({ http, mqtt, data });
  expect([node.httpPort, node.mqttPort].map(String)).toEqual([http, mqtt]);
});

test('a data folder that cannot be used is told', async () => {
  const file = join(nodes.folder(), 'file');
  writeFileSync(file, '');
  await expect(nodes.start({ data: join(file, 'deeper') })).rejects.toMatchObject({
    code: 'data_directory_unusable',
  });
  const data = nodes.folder();
  mkdirSync(join(data, 'node.log'));
  await expect(nodes.start({ data })).rejects.toMatchObject({ code: 'data_directory_unusable' });
});

test.each(['node.sqlite', 'node-key.json'])('a damaged %s is told by its name', async (name) => {
  const data = nodes.folder();
  writeFileSync(join(data, name), 'not what it should be '.repeat(100));
  await expect(nodes.start({ data })).rejects.toMatchObject({
    code: 'database_corrupt',
    message: expect.stringContaining(name),
  });
});

test('names, and the tokens that were given out, outlive a restart; the key is nobody else to read', async () => {
  const data = nodes.folder();
  const ann = await createIdentity({ name: 'ann', issuedAt: Date.now() });
  const other = await createIdentity({ name: 'ann', issuedAt: Date.now() });
  const first = await nodes.start({ data });
  const { body } = await signIn(first, ann);
  await first.stop();
  expect(statSync(join(data, 'node-key.json')).mode & 0o777).toBe(0o600);

  const second = await nodes.start({ data });
  expect(await signIn(second, other)).toMatchObject({ status: 409, body: { code: 'name_taken' } });
  const client = await connectMqtt(second.mqttUrl, ann, body.token ?? '');
  await client.endAsync();
});

test('a stop waits for nobody who is connected, and can be asked for twice', async () => {
  const node = await nodes.start();
  const ann = await createIdentity({ name: 'ann', issuedAt: Date.now() });
  const proof = async (): Promise<string> =>
    makeProof({ identity: ann, audience: `127.0.0.1:${node.httpPort}`, now: Date.now() });
  const webSocket = await connectMqtt(`ws://127.0.0.1:${node.httpPort}/mqtt`, ann, await proof());
  // Two that say nothing at all, and one in the middle of a request.
  const silent = [connect(node.httpPort, '127.0.0.1'), connect(node.mqttPort, '127.0.0.1')];
  const slow = connect(node.httpPort, '127.0.0.1');
  await Promise.all([...silent, slow].map((socket) => once(socket, 'connect')));
  slow.write('POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n1');
  const closed = [...silent, slow].map((socket) => ended(socket));
  const gone = new Promise<void>((resolve) => webSocket.once('close', () => resolve()));

  const startedMs = performance.now();
  await Promise.all([node.stop(), node.stop()]);
  // Who waited for one of them would wait for a minute.
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  await Promise.all([...closed, gone]);
  await expect(httpRequest(`${node.webUrl}/healthz`)).rejects.toThrow('ECONNREFUSED');
});

test('start, refusals and stop are in the log below the data folder', async () => {
  const data = nodes.folder();
  const node = await nodes.start({ data });
  await httpRequest(`${node.webUrl}/healthz`, { headers: { origin: 'http://evil.example' } });
  await node.stop();
  const lines = readFileSync(join(data, 'node.log'), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'node started',
    'Pages of other origins may not use this node.',
    'node stops',
  ]);
});

/** Whether it ended with a farewell or was cut off does not matter. */
function ended(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  // What was answered is read, or the end would wait behind it.
  socket.resume();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
