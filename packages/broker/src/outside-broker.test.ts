import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { freePort, startMosquitto } from '@bothy/testkit';
import { connectAsync } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { OutsideBroker, parseBrokerUrl } from './outside-broker.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function mosquitto() {
  const running = await startMosquitto();
  ends.push(() => running.stop());
  return running;
}

/** An HTTP server whose upgrades the broker takes over. */
async function serve(broker: OutsideBroker): Promise<string> {
  const http = createServer();
  http.on('upgrade', (request, socket, head) => broker.upgrade(request, socket, head));
  const port = await listen(http);
  ends.push(() => broker.stop());
  return `ws://127.0.0.1:${port}/mqtt`;
}

test('browsers talk over the node to a broker that runs elsewhere', async () => {
  const broker = await OutsideBroker.reach(await mosquitto());
  const url = await serve(broker);
  const [one, other] = await Promise.all([connectAsync(url), connectAsync(url)]);
  await other.subscribeAsync('user/ben/offer', { qos: 1 });
  const arrived = new Promise<[string, Buffer]>((resolve) => {
    other.once('message', (topic, bytes) => resolve([topic, bytes]));
  });
  // Larger than one read, so that it comes in pieces.
  const payload = 'x'.repeat(60_000);
  await one.publishAsync('user/ben/offer', payload, { qos: 1 });
  const [topic, bytes] = await arrived;
  expect([topic, String(bytes)]).toEqual(['user/ben/offer', payload]);
  expect([broker.connectedClients, broker.counts.connects]).toEqual([2, 2]);
  await Promise.all([one.endAsync(), other.endAsync()]);
  await expect.poll(() => broker.connectedClients).toBe(0);
});

test('a broker that ends takes its connections along, and nothing else', async () => {
  const running = await mosquitto();
  const broker = await OutsideBroker.reach(running);
  const client = await connectAsync(await serve(broker), { reconnectPeriod: 0 });
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  await running.stop();
  await closed;
  await expect.poll(() => broker.connectedClients).toBe(0);
});

test('what does not answer, hangs up or speaks something else is told in one sentence', async () => {
  const nobody = await freePort();
  const reach = (port: number) => OutsideBroker.reach({ url: `mqtt://127.0.0.1:${port}` });
  await expect(reach(nobody)).rejects.toMatchObject({
    code: 'broker_unreachable',
    message: `The MQTT broker at mqtt://127.0.0.1:${nobody} cannot be reached (ECONNREFUSED). Start it, or correct --broker.`,
  });
  const rude = await listen(createTcpServer((socket) => socket.destroy()));
  await expect(reach(rude)).rejects.toMatchObject({ code: 'broker_unreachable' });
  const other = await listen(createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  await expect(reach(other)).rejects.toThrow(/does not speak MQTT/);
});

test.each(['', 'localhost:1883', 'http://localhost', 'mqtt://', 'mqtt://ann:secret@hut', 'mqtt://hut/path'])(
  '"%s" is no address of a broker',
  (url) => {
    expect(() => parseBrokerUrl(url)).toThrow(/--broker is/);
  },
);

test('the customary ports', () => {
  expect(parseBrokerUrl('mqtt://hut')).toMatchObject({ host: 'hut', port: 1883, tls: false });
  expect(parseBrokerUrl('mqtts://[::1]')).toMatchObject({ host: '::1', port: 8883, tls: true });
});
