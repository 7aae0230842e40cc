import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64Url, toBase32, toBase64Url } from './encoding.ts';

test('base64url agrees with the platform and comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = toBase64Url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64url'));
      expect(fromBase64Url(text)).toEqual(Uint8Array.from(bytes));
    }),
  );
});

test.each(['A', 'AA=', 'A+', 'A/', 'AB', ' AA'])('%j is not canonical base64url', (text) => {
  expect(fromBase64Url(text)).toBeUndefined();
});

// RFC 4648, section 10.
test.each([
  ['', ''],
  ['f', 'my'],
  ['fo', 'mzxq'],
  ['foo', 'mzxw6'],
  ['foob', 'mzxw6yq'],
  ['fooba', 'mzxw6ytb'],
  ['foobar', 'mzxw6ytboi'],
])('base32 of %j is %j', (text, base32) => {
  expect(toBase32(new TextEncoder().encode(text))).toBe(base32);
});
