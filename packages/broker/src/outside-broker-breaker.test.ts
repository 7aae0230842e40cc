/** A broker outside that is gone is left alone, and found again. */
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { freePort } from '@bothy/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { OutsideBroker } from './outside-broker.ts';

async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Answers every CONNECT, as far as anybody here looks. */
async function someBroker(port: number) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, 0])));
  });
  await listen(server, port);
  const end = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(end);
  return { port, end };
}

/** A binary frame of two bytes, as a browser sends it: what is in it is for the broker outside. */
const frame = Buffer.from([0x82, 0x82, 0, 0, 0, 0, 0x10, 0]);

/** What a browser's upgrade is answered with. It speaks, and goes once it is answered or let go. */
function upgrade(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'mqtt',
    };
    const request = get({ host: '127.0.0.1', port, headers });
    request.on('upgrade', ({ statusCode }, socket) => {
      socket.on('error', () => {}).once('data', () => socket.destroy());
      socket.once('close', () => resolve(statusCode));
      socket.write(frame);
    });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', () => resolve(undefined));
  });
}

test('browsers are told 503 while a broker outside cannot be reached, and get through once it is back', async () => {
  const outside = await someBroker(await freePort());
  const broker = await OutsideBroker.reach({ url: `mqtt://127.0.0.1:${outside.port}` });
  onTestFinished(() => broker.stop());
  const http = createServer();
  http.on('upgrade', (request, socket, head) => broker.upgrade(request, socket, head));
  const port = await listen(http);
  expect(await upgrade(port)).toBe(101);
  outside.end();
  const answers: (number | undefined)[] = [];
  for (let attempt = 1; attempt <= 5; attempt++) answers.push(await upgrade(port));
  expect(answers).toEqual([101, 101, 101, 101, 101]);
  // Where a second goes by in between, one more is let through first.
  await expect.poll(() => upgrade(port)).toBe(503);
  expect(broker.counts.refusedConnects).toBe(1);
  const back = await someBroker(outside.port);
  await expect.poll(() => upgrade(port), { interval: 250 }).toBe(101);
  expect(await upgrade(port)).toBe(101);
  back.end();
});
