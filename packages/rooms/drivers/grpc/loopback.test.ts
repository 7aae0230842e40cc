import { expect, test } from 'vitest';
import { isLoopback, parseAddress } from './loopback.ts';

test.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['[::1]', true],
  ['::ffff:127.0.0.1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['127.0.0.1.example.org', false],
  ['', false],
])('[GRPC24] whether %s is of this machine alone: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test.each([
  ['hut.local:7070', { host: 'hut.local', port: 7070 }],
  ['[fe80::1%eth0]:7070', { host: '[fe80::1%eth0]', port: 7070 }],
  ['hut.local', undefined],
  ['hut.local:70700', undefined],
  ['unix:/tmp/socket', undefined],
  ['xds:///hut:1', undefined],
  ['fe80::1:7070', undefined],
])('[GRPC8] what %s names', (address, expected) => {
  expect(parseAddress(address)).toEqual(expected);
});
