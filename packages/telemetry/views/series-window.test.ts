import type { ReadingsSeries } from '@bothy/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignLines, gapMsOf, type SeriesLine, withLive } from './series-window.ts';

const raw: ReadingsSeries = {
  edge: 'e',
  sensor: 't',
  resolution: 'raw',
  thinned: false,
  stampsMs: [0, 10_000, 20_000],
  mean: [1, 2, 3],
};
const minutes: ReadingsSeries = {
  edge: 'e',
  sensor: 't',
  resolution: '1m',
  thinned: false,
  stampsMs: [0, 60_000],
  mean: [10, 20],
  min: [9, 19],
  max: [11, 21],
  count: [6, 1],
};

describe('history with what came since', () => {
  test('[TV3] raw readings follow the last point, each once', () => {
    const live = [
      [20_000, 3],
      [24_000, 9],
      [30_000, 4],
    ] as const;
    const line = withLive(raw, live, 25_000);
    expect(line.stampsMs).toEqual([0, 10_000, 20_000, 24_000, 30_000]);
    expect(line.mean).toEqual([1, 2, 3, 9, 4]);
  });

  test('[TV3] a rollup takes them into its stretch: mean, lowest and highest', () => {
    const line = withLive(
      minutes,
      [
        [60_500, 99],
        [90_000, 30],
        [130_000, 5],
      ],
      61_000,
    );
    expect(line.stampsMs).toEqual([0, 60_000, 120_000]);
    expect(line.mean).toEqual([10, 25, 5]);
    expect(line.min).toEqual([9, 19, 5]);
    expect(line.max).toEqual([11, 30, 5]);
  });

  test('[TV3] begins with nothing as well', () => {
    const empty = { ...minutes, stampsMs: [], mean: [], min: [], max: [], count: [] };
    expect(
      withLive(
        empty,
        [
          [61_000, 5],
          [62_000, 7],
        ],
        60_000,
      ),
    ).toMatchObject({
      stampsMs: [60_000],
      mean: [6],
      min: [5],
      max: [7],
    });
  });
});

describe('gaps', () => {
  const line = (stampsMs: number[], more: Partial<SeriesLine> = {}): SeriesLine => ({
    ...raw,
    stampsMs,
    mean: stampsMs.map(() => 1),
    ...more,
  });

  test('[TV4] three readings that did not come break the line, one late reading does not', () => {
    const { stampsMs, columns } = alignLines([line([0, 10_000, 20_000, 45_000, 55_000, 65_000, 200_000])]);
    expect(stampsMs).toEqual([0, 10_000, 20_000, 45_000, 55_000, 65_000, 132_500, 200_000]);
    expect(columns[0]?.[0]).toEqual([1, 1, 1, 1, 1, 1, null, 1]);
  });

  test('[TV4] a quick sensor jitters without a break', () => {
    expect(gapMsOf(line([0, 100, 200, 300]))).toBe(2_000);
  });

  test('[TV4] the pairs of thinned readings are no gaps', () => {
    const pairs = Array.from({ length: 40 }, (_, at) => Math.floor(at / 2) * 900_000 + (at % 2) * 10_000);
    const { columns } = alignLines([line(pairs, { thinned: true })]);
    expect(columns[0]?.[0]).not.toContain(null);
  });

  test('[TV4] a rollup with hours between its readings is no row of gaps', () => {
    const hours = [0, 3, 6, 9, 12].map((hour) => hour * 3_600_000);
    const { columns } = alignLines([
      line(hours, { resolution: '1m', min: [1, 1, 1, 1, 1], max: [1, 1, 1, 1, 1] }),
    ]);
    expect(columns[0]?.[0]).not.toContain(null);
    expect(columns[0]).toHaveLength(3);
  });

  test('[TV4] an hour without a reading is a gap where hours hold many, and none where they hold one', () => {
    const hours = [0, 1, 2, 4, 5, 6].map((hour) => hour * 3_600_000);
    const rollup = (count: number) =>
      alignLines([line(hours, { resolution: '1h', count: hours.map(() => count) })]).columns[0]?.[0] ?? [];
    expect(rollup(60)).toContain(null);
    expect(rollup(1)).not.toContain(null);
  });

  test('[TV4] where one line has no point the other one is not broken', () => {
    const { stampsMs, columns } = alignLines([line([0, 10_000]), line([5_000, 15_000])]);
    expect(stampsMs).toEqual([0, 5_000, 10_000, 15_000]);
    expect(columns[0]?.[0]).toEqual([1, undefined, 1, undefined]);
    expect(columns[1]?.[0]).toEqual([undefined, 1, undefined, 1]);
  });

  test('[TV4] aligning loses no point and adds none but breaks', () => {
    const stamps = fc
      .uniqueArray(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 60 })
      .map((each) => each.sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.array(stamps, { minLength: 1, maxLength: 4 }), (all) => {
        const { stampsMs, columns } = alignLines(all.map((each) => line(each)));
        expect(stampsMs).toEqual([...new Set(stampsMs)].sort((a, b) => a - b));
        all.forEach((each, at) => {
          const column = columns[at]?.[0] ?? [];
          const kept = stampsMs.filter((_, place) => typeof column[place] === 'number');
          expect(kept).toEqual(each);
        });
      }),
      { numRuns: 100 },
    );
  });
});
