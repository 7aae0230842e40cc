/** What is written is read again, to the bit; and damage is told, not read. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Buckets } from './buckets.ts';
import { decodeBlock, encodeBlock, type ReadingBlock } from './reading-block.ts';
import { decodeRollups, encodeRollups } from './rollup-block.ts';
import { decimalsOf, tidySum } from './value-column.ts';

const dayMs = Date.UTC(2026, 10, 20);
const spanMs = 86_400_000;

const anyDouble = fc.double({ noDefaultInfinity: true, noNaN: true, min: -1e15, max: 1e15 });
const decimal = fc
  .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 0, max: 6 }))
  .map(([multiple, decimals]) => multiple / 10 ** decimals);
const float = anyDouble.map(Math.fround);
const odd = fc.constantFrom(
  -0,
  0,
  5e-324,
  1e15,
  -1e15,
  0.1 + 0.2,
  1 / 3,
  2 ** 50,
  2 ** 50 + 1,
  -(2 ** 45),
  1e-7,
  1e21,
);

const values = fc.oneof(
  fc.array(decimal, { maxLength: 300 }),
  fc.array(fc.oneof(decimal, anyDouble, float, odd), { maxLength: 100 }),
  fc.array(odd, { maxLength: 20 }),
);

const block: fc.Arbitrary<ReadingBlock> = values.chain((list) =>
  fc
    .tuple(
      fc.array(fc.integer({ min: 0, max: spanMs - 1 }), { minLength: list.length, maxLength: list.length }),
      fc.dictionary(fc.integer({ min: 0, max: list.length }).map(String), fc.string({ unit: 'grapheme' })),
    )
    .map(([stamps, notes]) => ({
      stamps: Float64Array.from(
        stamps.sort((a, b) => a - b),
        (ms) => dayMs + ms,
      ),
      values: Float64Array.from(list),
      notes: new Map(Object.entries(notes).map(([at, note]) => [Number(at), note])),
    })),
);

function bits(list: Float64Array): bigint[] {
  return [...new BigUint64Array(list.slice().buffer)];
}

describe('[TS1] readings come back bit for bit', () => {
  test('any readings, compressed once more or not', () => {
    fc.assert(
      fc.property(block, fc.boolean(), (written, isFinal) => {
        const read = decodeBlock(encodeBlock(written, dayMs, isFinal), dayMs);
        expect([...read.stamps]).toEqual([...written.stamps]);
        expect(bits(read.values)).toEqual(bits(written.values));
        expect([...(read.notes ?? [])]).toEqual([...(written.notes ?? [])]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a large value before a small one, whose digits it cannot have', () => {
    const written = {
      stamps: Float64Array.of(dayMs, dayMs + 1),
      values: Float64Array.of(-45_035_999_461_376, 0.01),
    };
    expect(bits(decodeBlock(encodeBlock(written, dayMs, false), dayMs).values)).toEqual(bits(written.values));
  });

  test('a sensor that keeps its interval and has two digits takes at most two bytes a reading before it is sealed', () => {
    const stamps = Float64Array.from({ length: 512 }, (_, i) => dayMs + i * 10_000 + (i % 3));
    const written = { stamps, values: stamps.map((_, i) => Math.round(2_200 + 50 * Math.sin(i / 9)) / 100) };
    expect(encodeBlock(written, dayMs, false).length / 512).toBeLessThan(2.05);
  });

  test('bytes that are cut off or changed throw or give other readings, but never more than they hold', () => {
    fc.assert(
      fc.property(block, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, place, flip) => {
        const bytes = encodeBlock(written, dayMs, false);
        const damaged = bytes.slice(0, bytes.length - (place % 2));
        const at = place % damaged.length;
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        try {
          expect(decodeBlock(damaged, dayMs).stamps.length).toBeLessThanOrEqual(bytes.length);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('[TS6] stretches come back as they were summed up', () => {
  test('of any readings, at each width', () => {
    fc.assert(
      fc.property(block, fc.constantFrom(60_000, 300_000, 3_600_000), ({ stamps, values }, widthMs) => {
        const buckets = new Buckets(widthMs);
        stamps.forEach((stamp, i) => {
          buckets.add(stamp, values[i] ?? 0);
        });
        const written = buckets.take();
        const read = decodeRollups(encodeRollups(written, dayMs, widthMs), dayMs, widthMs);
        for (const column of ['starts', 'counts', 'lows', 'highs', 'sums'] as const) {
          expect(bits(read[column]), column).toEqual(bits(written[column]));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('sums of decimals are the decimals that they should be', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -99_999, max: 99_999 }), { minLength: 1 }), (hundredths) => {
        const list = Float64Array.from(hundredths, (each) => each / 100);
        const sum = list.reduce((a, b) => a + b, 0);
        const exact = hundredths.reduce((a, b) => a + b, 0) / 100;
        expect(decimalsOf(list)).toBeLessThanOrEqual(2);
        // A sum that is zero has no sign.
        expect(tidySum(sum, decimalsOf(list)) + 0).toBe(exact + 0);
      }),
    );
  });
});
