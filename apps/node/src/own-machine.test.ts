import { expect, test } from 'vitest';
import { isFromOwnMachine } from './own-machine.ts';

const host = '127.0.0.1:8080';
const from = (remoteAddress: string, headers: Record<string, string> = {}) => ({
  socket: { remoteAddress },
  headers: { host, ...headers },
});

test.each([
  [from('127.0.0.1'), host],
  [from('::1', { host: '[::1]:8080', origin: 'http://[::1]:8080' }), '[::1]:8080'],
  [from('::ffff:127.0.0.1', { host: 'localhost:8443', origin: 'https://localhost:8443' }), 'localhost:8443'],
])('somebody at the machine itself is: %#', (request, audience) => {
  expect(isFromOwnMachine(request, audience)).toBe(true);
});

test.each([
  ['another machine', from('192.168.1.7'), host],
  ['a connection that has gone', { socket: {}, headers: { host } }, host],
  ['a proxy that says so', from('127.0.0.1', { 'x-forwarded-for': '192.0.2.1' }), host],
  ['a proxy that passes the host on', from('127.0.0.1', { host: 'hut.example' }), 'hut.example'],
  [
    'a proxy that rewrites it: the page is elsewhere',
    from('127.0.0.1', { origin: 'https://hut.example' }),
    host,
  ],
  [
    'a proxy that takes the origin off as well: the device signed where it is',
    from('127.0.0.1'),
    'hut.example',
  ],
  ['a page without an origin', from('127.0.0.1', { origin: 'null' }), host],
  ['a name that only begins like one of ours', from('127.0.0.1'), 'localhost.example'],
])('%s is not', (_case, request, audience) => {
  expect(isFromOwnMachine(request, audience)).toBe(false);
});
