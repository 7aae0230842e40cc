import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { exampleDelivery } from '../../core/testing/example-alarm.ts';
import { tellWebhook } from './webhook.ts';

interface Seen {
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const servers: Server[] = [];
const options = { node: 'hut', wallMs: () => 1_795_167_000_500, timeoutMs: 60_000 };
const secret = 'a secret of the operator';

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A web server that answers as told; what it was sent. */
async function receiver(answer: (response: ServerResponse) => void): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ headers: request.headers, body: Buffer.concat(chunks) });
      answer(response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/alarms?key=k`, seen };
}

test('[TW1] the signature is over the exact bytes, with id and time, and the id stays the same', async () => {
  const { url, seen } = await receiver((response) => response.writeHead(204).end());
  expect(await tellWebhook({ url, secret }, exampleDelivery(), options)).toEqual({ ok: true });
  await tellWebhook({ url, secret }, exampleDelivery(), { ...options, wallMs: () => 1_795_167_100_500 });
  const [first, second] = seen;
  if (first === undefined || second === undefined) throw new Error('nothing came');
  const id = exampleDelivery().id;
  expect([first.headers['webhook-id'], second.headers['webhook-id']]).toEqual([id, id]);
  expect(first.headers['webhook-timestamp']).toBe('1795167000');
  const mac = createHmac('sha256', secret).update(`${id}.1795167000.`).update(first.body).digest('base64');
  expect(first.headers['webhook-signature']).toBe(`v1,${mac}`);
  expect(second.headers['webhook-signature']).not.toBe(first.headers['webhook-signature']);
  expect(JSON.parse(first.body.toString('utf8'))).toMatchObject({
    v: 1,
    id,
    node: 'hut',
    route: 'ops',
    text: '🔥 temperature of edge-1 is 34.2 °C, above 30 for 2 min',
    alarms: [{ news: 'opened', alarm: { id: 'edge-1~temperature~temperature_alert_high' } }],
    more: [],
  });
});

test('[TW1] a secret as such secrets are handed out is taken as its bytes', async () => {
  const { url, seen } = await receiver((response) => response.end());
  const bytes = Buffer.from('0123456789abcdef01234567');
  await tellWebhook({ url, secret: `whsec_${bytes.toString('base64')}` }, exampleDelivery(), options);
  const mac = createHmac('sha256', bytes).update(`${exampleDelivery().id}.1795167000.`);
  const headers = seen[0]?.headers ?? {};
  expect(headers['webhook-signature']).toBe(`v1,${mac.update(seen[0]?.body ?? '').digest('base64')}`);
});

test('[TW2] a redirect is not followed, to this machine or elsewhere', async () => {
  const inner = await receiver((response) => response.end('secret page'));
  const { url } = await receiver((response) => response.writeHead(307, { location: inner.url }).end());
  const result = await tellWebhook({ url }, exampleDelivery(), options);
  expect(result).toEqual({
    ok: false,
    sentence: 'answered 307, a redirect, which is not followed: write the new address',
  });
  expect(inner.seen).toEqual([]);
});

test('[TW2] what a server says no with is read as far as a line goes, however long it talks', async () => {
  let isOpen = true;
  const { url } = await receiver((response) => {
    response.writeHead(500);
    response.on('close', () => {
      isOpen = false;
    });
    const talk = (): void => {
      while (isOpen && response.write(`no \u0007room\n${'x'.repeat(60_000)}`));
      if (isOpen) response.once('drain', talk);
    };
    talk();
  });
  const result = await tellWebhook({ url }, exampleDelivery(), options);
  expect(result).toMatchObject({ ok: false });
  const { sentence } = result as { sentence: string };
  expect(sentence.startsWith('answered 500: no room xxx')).toBe(true);
  expect(sentence.length).toBeLessThan(150);
  await expect.poll(() => isOpen).toBe(false);
});

test('[TW2] no answer, nobody there, and never again', async () => {
  const silent = await receiver(() => {});
  expect(await tellWebhook({ url: silent.url }, exampleDelivery(), { ...options, timeoutMs: 50 })).toEqual({
    ok: false,
    sentence: 'no answer within 0.05 s',
  });
  const gone = await receiver((response) => response.writeHead(410).end());
  expect(await tellWebhook({ url: gone.url }, exampleDelivery(), options)).toEqual({
    ok: false,
    sentence: 'answered 410',
    isFinal: true,
  });
  const { url } = await receiver(() => {});
  const closed = servers.pop();
  await new Promise((resolve) => closed?.close(resolve));
  const nobody = await tellWebhook({ url }, exampleDelivery(), options);
  expect(nobody).toEqual({ ok: false, sentence: 'cannot be reached: ECONNREFUSED' });
});
