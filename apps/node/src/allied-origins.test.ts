import { describe, expect, test } from 'vitest';
import { alliedOrigins, alliedSources } from './allied-origins.ts';

describe('origins of other nodes', () => {
  test('on loopback they have several names, elsewhere one', () => {
    expect(alliedOrigins(['http://127.0.0.1:8082'])).toEqual([
      'http://127.0.0.1:8082',
      'http://localhost:8082',
      'http://[::1]:8082',
    ]);
    expect(alliedOrigins(['https://n2.example:8443/x'])).toEqual(['https://n2.example:8443']);
  });

  test.each([
    '',
    'n2:8080',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'ws://n2:80',
    'http://n2; script-src *',
  ])('what is no web address is none: %j', (webUrl) => {
    expect(alliedOrigins([webUrl])).toEqual([]);
    expect(alliedSources([webUrl])).toEqual([]);
  });

  test('a policy gets them for requests and for WebSockets, and no IPv6 address', () => {
    expect(alliedSources(['http://127.0.0.1:8082', 'https://n3', 'http://[::1]:9'])).toEqual([
      'http://127.0.0.1:8082',
      'ws://127.0.0.1:8082',
      'https://n3',
      'wss://n3',
    ]);
  });
});
