import { once } from 'node:events';
import { connect } from 'node:net';
import { httpRequest } from '@bothy/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { nodeFixture } from '../testing/running-node.ts';
import type { RunningNode } from './index.ts';

const nodes = nodeFixture();
let node: RunningNode;
beforeEach(async () => {
  node = await nodes.start();
});

describe('what cannot be read as a request is answered with a code as well', () => {
  test.each([
    ['no HTTP', '\x16\x03\x01\x02\x00\x01', 400, 'bad_request'],
    ['an unknown method', 'FOO / HTTP/1.1\r\n\r\n', 400, 'bad_request'],
    ['headers without end', `GET / HTTP/1.1\r\nx: ${'a'.repeat(20_000)}`, 431, 'payload_too_large'],
    ['an address without end', `GET /${'a'.repeat(20_000)}`, 431, 'payload_too_large'],
    ['no host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 403, 'origin_refused'],
  ])('%s', async (_name, bytes, status, code) => {
    const answer = await exchange(bytes);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ code, message: expect.any(String) });
  });
});

test('an offer of HTTP/2, as Java makes it with every request, is passed over', async () => {
  const offer = 'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk';
  const host = `Host: 127.0.0.1:${node.httpPort}`;
  const answer = await exchange(`GET /healthz HTTP/1.1\r\n${host}\r\n${offer}\r\n\r\n`);
  expect(answer).toEqual({ status: 200, body: { ok: true } });
});

describe('bodies', () => {
  const url = () => `${node.webUrl}/api/v1/session`;

  test('a route without a body takes one that is announced and empty', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '0' };
    const answer = await httpRequest(`${url()}/challenge`, { method: 'POST', headers });
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('nonce') });
  });

  test.each(['application/x-www-form-urlencoded', 'text/plain'])('%s is told what to send', async (type) => {
    const headers = { 'content-type': type };
    const answer = await httpRequest(url(), { method: 'POST', headers, body: { proof: 'x' } });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('application/json'),
    });
  });
});

test('a body that is not UTF-8 is refused, for it could not be kept as it was meant', async () => {
  const latin1 = Buffer.from('{"text":"93 \xb0C"}', 'latin1');
  const path = `/api/v1/hooks/${'a'.repeat(16)}/${'b'.repeat(32)}`;
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${node.httpPort}`,
    'Content-Type: application/json',
    `Content-Length: ${latin1.length}`,
    'Connection: close',
  ];
  const answer = await exchange(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), latin1]));
  expect(answer).toEqual({
    status: 400,
    body: { code: 'bad_request', message: 'The body is not UTF-8.' },
  });
});

async function exchange(bytes: string | Buffer): Promise<{ status: number; body: unknown }> {
  const socket = connect(node.httpPort, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (piece) => {
    text += piece;
  });
  // A server that hangs up while headers are under way may reset the connection after its answer.
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), body: JSON.parse(body) };
}
