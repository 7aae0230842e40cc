import fc from 'fast-check';
import { expect, test } from 'vitest';
import { framesOf } from './raw-client.ts';
import { textFrame } from './text-frame.ts';

/** The texts that another reader finds; each frame final, of text and without a mask. */
function read(frames: readonly Buffer[]): string[] {
  return framesOf(Buffer.concat(frames)).frames.map(({ head, payload }) => {
    expect(head).toBe(0x81);
    return payload.toString();
  });
}

test('[WS10] every class of lengths is read back by another implementation', () => {
  const lengths = [0, 1, 124, 125, 126, 127, 65_534, 65_535, 65_536, 65_537, 300_000];
  const texts = lengths.map((length) => 'x'.repeat(length));
  expect(read(texts.map(textFrame))).toEqual(texts);
});

test('[WS10] the head is the shortest that there is', () => {
  const heads = [125, 126, 65_535, 65_536].map((length) => textFrame('x'.repeat(length)).length - length);
  expect(heads).toEqual([2, 4, 4, 10]);
  expect([...textFrame('x'.repeat(126)).subarray(0, 4)]).toEqual([0x81, 126, 0, 126]);
  expect([...textFrame('x'.repeat(65_536)).subarray(0, 10)]).toEqual([0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
});

test('[WS10] lengths are of UTF-8, for any texts in a row', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
      expect(read(texts.map(textFrame))).toEqual(texts);
    }),
  );
});
