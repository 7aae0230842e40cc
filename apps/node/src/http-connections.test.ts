import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Broker } from '@bothy/broker';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { HttpServer } from './http-server.ts';

async function open(maxConnections: number): Promise<number> {
  const refused = { ok: false, code: 'notAuthorized', reason: 'nobody' } as const;
  const broker = await Broker.start({ authenticate: async () => refused });
  const server = new HttpServer({
    broker,
    guard: { check: () => undefined, ally: () => undefined },
    metrics: new Registry(),
    log: pino({ enabled: false }),
    webFolder: undefined,
    ready: () => true,
    api: () => {},
    maxConnections,
  });
  onTestFinished(async () => {
    await server.stop();
    await broker.stop();
  });
  return await server.listen({ host: '127.0.0.1', port: 0 });
}

/** The first words of the answer; empty when there is none. The connection stays open. */
async function ask(port: number): Promise<{ readonly socket: Socket; readonly said: string }> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  const said = await Promise.race([
    once(socket, 'data').then(([data]) => String(data).slice(0, 15)),
    once(socket, 'close').then(() => ''),
  ]);
  return { socket, said };
}

test('one connection more than may be open is closed at once, and there is room again when one has ended', async () => {
  const port = await open(2);
  const [first, second] = [await ask(port), await ask(port)];
  expect([first.said, second.said]).toEqual(['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK']);
  expect((await ask(port)).said).toBe('');
  first.socket.end();
  // The server hears of it when it does.
  let said = '';
  while (said === '') said = (await ask(port)).said;
  expect(said).toBe('HTTP/1.1 200 OK');
});
