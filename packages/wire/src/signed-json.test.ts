import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attachSignature, detachSignature, signedBytes, unsignedText } from './signed-json.ts';

const sig = 'A'.repeat(86);

test('a signed text is JSON and gives back exactly what was signed', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
      const unsigned = unsignedText(value);
      const text = attachSignature(unsigned, sig);
      expect(JSON.parse(text).sig).toBe(sig);
      expect(detachSignature(text)).toEqual({ unsigned, sig });
    }),
  );
});

test.each([
  ['nothing', ''],
  ['no signature', '{"v":1}'],
  ['a signature that is not last', `{"v":1,"sig":"${sig}","more":1}`],
  ['a space before the end', `{"v":1,"sig":"${sig}" }`],
  ['a short signature', `{"v":1,"sig":"${'A'.repeat(85)}"}`],
  ['characters outside base64url', `{"v":1,"sig":"${'='.repeat(86)}"}`],
])('%s is not a signed text', (_, text) => {
  expect(detachSignature(text)).toBeUndefined();
});

test('what is signed for one purpose is other bytes than for every other', () => {
  const text = '{"v":1';
  const asText = (domain: 'envelope' | 'entry') => new TextDecoder().decode(signedBytes(domain, text));
  expect(asText('envelope')).toBe('bothy/envelope/v1\n{"v":1');
  expect(asText('entry')).not.toBe(asText('envelope'));
});
