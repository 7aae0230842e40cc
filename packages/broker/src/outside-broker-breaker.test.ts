/** A broker outside that is gone is left alone, and found again. */
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { OutsideBroker } from './outside-broker.ts';

async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Answers every CONNECT, as far as anybody here looks. */
async function someBroker(port = 0) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, 0])));
  });
  const at = await listen(server, port);
  const end = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(end);
  return { port: at, end };
}

/** What a browser's upgrade is answered with. */
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
      socket.on('error', () => {}).resume();
      socket.once('close', () => resolve(statusCode));
      setTimeout(() => socket.destroy(), 500).unref();
    });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', () => resolve(undefined));
  });
}

test('browsers are told 503 while a broker outside cannot be reached, and get through once it is back', async () => {
  const outside = await someBroker();
  const broker = await OutsideBroker.reach({ url: `mqtt://127.0.0.1:${outside.port}` });
  onTestFinished(() => broker.stop());
  const http = createServer();
  http.on('upgrade', (request, socket, head) => broker.upgrade(request, socket, head));
  const port = await listen(http);
  expect(await upgrade(port)).toBe(101);
  outside.end();
  const answers: (number | undefined)[] = [];
  for (let attempt = 1; attempt <= 6; attempt++) answers.push(await upgrade(port));
  expect(answers).toEqual([101, 101, 101, 101, 101, 503]);
  expect(broker.counts.refusedConnects).toBe(1);
  const back = await someBroker(outside.port);
  await expect.poll(() => upgrade(port), { interval: 250 }).toBe(101);
  expect(await upgrade(port)).toBe(101);
  back.end();
});
