import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from './random.ts';

const two32 = 2 ** 32;
const first = (seed: string, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next() * two32);
};

/** sfc32 as its author writes it, on big integers cut to 32 bits: slow, and with nothing to get wrong about signs. */
function slowSfc32(seed: string, count: number): number[] {
  const cut = (value: bigint): bigint => BigInt.asUintN(32, value);
  let [a, b, c, counter] = slowWords(seed) as [bigint, bigint, bigint, bigint];
  const numbers: number[] = [];
  for (let round = 0; round < 12 + count; round++) {
    const out = cut(a + b + counter);
    counter = cut(counter + 1n);
    a = b ^ (b >> 9n);
    b = cut(c + cut(c << 3n));
    c = cut((cut(c << 21n) | (c >> 11n)) + out);
    if (round >= 12) numbers.push(Number(out));
  }
  return numbers;
}

function slowWords(seed: string): bigint[] {
  return [1779033703n, 3144134277n, 1013904242n, 2773480762n].map((start, lane) => {
    const factor = BigInt.asUintN(32, 0x9e3779b1n + BigInt(lane) * 0x85ebca6an);
    let word = start;
    for (let i = 0; i < seed.length; i++) {
      word = BigInt.asUintN(32, (word ^ BigInt(seed.charCodeAt(i))) * factor);
      word ^= word >> 15n;
    }
    return word;
  });
}

/** Sum of squared differences over what is expected; 15 degrees of freedom stay below 44 in all but 1 of 10,000. */
function chiSquare(counts: readonly number[], total: number): number {
  const expected = total / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

test('[RNG1] known answers: a seed gives these numbers for ever', () => {
  expect(first('', 4)).toEqual([3126626382, 852331237, 2042966860, 4183794510]);
  expect(first('bothy', 4)).toEqual([701994975, 2854805945, 836001960, 2078191916]);
  const dice = seededRandom('dice');
  expect(Array.from({ length: 12 }, () => dice.below(6) + 1)).toEqual([3, 6, 4, 3, 5, 4, 4, 4, 1, 4, 5, 2]);
});

test('[RNG2] the numbers are those of sfc32', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (seed) => {
      expect(first(seed, 50)).toEqual(slowSfc32(seed, 50));
    }),
    { seed: 2 },
  );
});

test('[RNG3] numbers stay within their bounds', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: two32 }), (seed, bound) => {
      const random = seededRandom(seed);
      for (let i = 0; i < 20; i++) {
        const [float, whole] = [random.next(), random.below(bound)];
        expect(float >= 0 && float < 1).toBe(true);
        expect(Number.isInteger(whole) && whole >= 0 && whole < bound).toBe(true);
      }
    }),
    { seed: 2 },
  );
});

test('[RNG4] numbers are uniform, in their high and in their low bits', () => {
  const random = seededRandom('uniform');
  const high = new Array<number>(16).fill(0);
  const low = new Array<number>(16).fill(0);
  const total = 32_000;
  for (let i = 0; i < total; i++) {
    const h = random.below(16);
    const l = random.below(two32) % 16;
    high[h] = (high[h] ?? 0) + 1;
    low[l] = (low[l] ?? 0) + 1;
  }
  expect(chiSquare(high, total)).toBeLessThan(44);
  expect(chiSquare(low, total)).toBeLessThan(44);
});

test('[RNG5] seeds that differ in one letter are unrelated', () => {
  const counts = new Array<number>(16).fill(0);
  const total = 8_000;
  for (let i = 0; i < total; i++) {
    const [one, other] = [seededRandom(`seed ${i}`).below(16), seededRandom(`seed ${i + 1}`).below(16)];
    counts[one ^ other] = (counts[one ^ other] ?? 0) + 1;
  }
  expect(chiSquare(counts, total)).toBeLessThan(44);
});

test('[RNG6] a bound is a whole number from 1 to 2^32', () => {
  const random = seededRandom('bounds');
  for (const bound of [0, -1, 1.5, Number.NaN, Infinity, two32 + 1]) {
    expect(() => random.below(bound)).toThrow(RangeError);
  }
  expect(random.below(1)).toBe(0);
});
