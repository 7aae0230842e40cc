import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Digest } from './digest.ts';

function digestOf(...values: readonly unknown[]): string {
  const digest = new Digest();
  for (const value of values) digest.value(value);
  return digest.hex;
}

/** The obvious model: plain data without what JSON cannot tell apart, where two texts are equal just when the data is. */
const plain = fc.jsonValue({ maxDepth: 4 });

test('[SIM2] data has one digest exactly when it is written down alike', () => {
  fc.assert(
    fc.property(plain, plain, (one, other) => {
      // JSON has no -0.
      const [first, second] = [JSON.stringify(one), JSON.stringify(other)].map((text) => JSON.parse(text));
      expect(digestOf(first) === digestOf(second)).toBe(JSON.stringify(first) === JSON.stringify(second));
      expect(digestOf(structuredClone(first))).toBe(digestOf(first));
    }),
    { numRuns: 500 },
  );
});

test('[SIM2] what JSON takes for one another has digests of its own', () => {
  const values = [
    ...[null, undefined, false, true, 0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, 1n, '', '1', 'null'],
    ...[{}, [], [[]], [null], [undefined], { a: undefined }, { a: 1 }, { b: 1 }, [1, 2], [[1], 2], [[1, 2]]],
    ...[new Map([['a', 1]]), new Map([['a', 2]]), new Set(['a']), new Set(['b']), new Set(), new Map()],
    ...[new Uint8Array([1]), new Uint8Array([2]), new Uint8Array([1, 0])],
  ];
  expect(new Set(values.map((value) => digestOf(value))).size).toBe(values.length);
});

test('[SIM2] where one value ends and the next begins makes a difference', () => {
  const digests = [
    ...[digestOf('ab', 'c'), digestOf('a', 'bc'), digestOf(['a'], 'bc'), digestOf(['a', 'bc'])],
    // The tag of a text, as a letter.
    ...[digestOf('a', 'b'), digestOf('a\u0005b')],
  ];
  expect(new Set(digests).size).toBe(digests.length);
});

test('[SIM2] differences in high bits do not cancel each other', () => {
  const signs = [
    [1, 1],
    [-1, -1],
    [1, -1],
    [-1, 1],
  ].map((pair) => digestOf(pair));
  expect(new Set(signs).size).toBe(4);
  const texts = ['aa', '\u8000a', 'a\u8000', '\u8000\u8000'].flatMap((one) =>
    ['aa', '\u8000a', 'a\u8000', '\u8000\u8000'].map((other) => digestOf(one + other)),
  );
  expect(new Set(texts).size).toBe(16);
});

test('what goes in circles is refused', () => {
  const circle: unknown[] = [];
  circle.push({ around: circle });
  expect(() => digestOf(circle)).toThrow('not plain data');
});
