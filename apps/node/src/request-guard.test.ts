import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { hostsOf, requestGuard } from './request-guard.ts';

describe('the guard', () => {
  const guard = requestGuard(() => hostsOf('127.0.0.1', 8080));

  test.each([
    ['localhost:8080', undefined],
    ['LOCALHOST:8080', undefined],
    ['127.0.0.1:8080', undefined],
    ['[::1]:8080', undefined],
    ['localhost:8080', 'http://127.0.0.1:8080'],
    ['localhost:8080', 'https://localhost:8080'],
  ])('lets Host %s with Origin %s pass', (host, origin) => {
    expect(guard.check({ host, ...(origin && { origin }) })).toBeUndefined();
  });

  test.each([
    [undefined, undefined],
    ['localhost', undefined],
    ['localhost:8081', undefined],
    ['evil.example:8080', undefined],
    ['evil.example', 'http://evil.example'],
    ['localhost:8080', 'http://evil.example:8080'],
    ['localhost:8080', 'http://localhost'],
    ['localhost:8080', 'null'],
    ['localhost:8080', ''],
    ['localhost:8080', 'http://localhost:8080.evil.example'],
  ])('refuses Host %s with Origin %s', (host, origin) => {
    const headers = { ...(host !== undefined && { host }), ...(origin !== undefined && { origin }) };
    expect(guard.check(headers)).toEqual(expect.any(String));
  });
});

describe('pages of other nodes', () => {
  const other = 'http://localhost:8082';
  const guard = requestGuard(
    () => hostsOf('127.0.0.1', 8080),
    () => [other],
  );
  const host = '127.0.0.1:8080';

  test.each(['/ws', '/mqtt', '/api/v1/session', '/api/v1/rooms/x/files'])('may use %s', (path) => {
    expect(guard.check({ host, origin: other }, path)).toBeUndefined();
    expect(guard.check({ host, origin: 'http://localhost:8083' }, path)).toEqual(expect.any(String));
    expect(guard.check({ host: 'evil.example', origin: other }, path)).toEqual(expect.any(String));
  });

  test.each(['/', '/mqttx', '/metrics', '/wsx', '/api', '/assets/app.js', undefined])(
    'may not use %s',
    (path) => {
      expect(guard.check({ host, origin: other }, path)).toEqual(expect.any(String));
    },
  );

  test('only theirs are allied', () => {
    expect(guard.ally({ origin: other })).toBe(other);
    expect(guard.ally({ origin: 'http://127.0.0.1:8080' })).toBeUndefined();
    expect(guard.ally({})).toBeUndefined();
  });
});

describe('the hosts of an address', () => {
  test('on port 80 browsers leave the port out', () => {
    expect(hostsOf('127.0.0.1', 80)).toEqual(expect.arrayContaining(['localhost', 'localhost:80', '[::1]']));
  });

  test('bound to everything, a node answers to the addresses of its machine', () => {
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const literals = own.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
    expect(hostsOf('0.0.0.0', 9000)).toEqual(
      expect.arrayContaining(literals.map((literal) => `${literal}:9000`)),
    );
  });
});
