import { seededRandom } from '@bothy/protocols';
import { expect, test } from 'vitest';
import { correct, tableProblem } from './calibration-table.ts';
import { ReadingPipeline } from './reading-pipeline.ts';
import { Smoother } from './smoother.ts';
import { knownUnits, unitConversion } from './units.ts';

function converted(value: number, from: string, to: string): number {
  const change = unitConversion(from, to);
  if (change === undefined) throw new Error(`no way from ${from} to ${to}`);
  return value * change.gain + change.offset;
}

test.each([
  [212, '°F', '°C', 100],
  [-40, '°C', '°F', -40],
  [23_400, 'm°C', '°C', 23.4],
  [0, 'K', '°F', -459.67],
  [101.325, 'kPa', 'hPa', 1013.25],
  [29.92, 'inHg', 'hPa', 1013.2],
  [0.045, '1', '%', 4.5],
  [420, 'ppm', '%', 0.042],
  [10, 'm/s', 'km/h', 36],
  [3_000, 'rpm', 'Hz', 50],
  [1.5, 'GiB', 'MB', 1610.6],
])('[TO20] %d %s in %s: %s is %d', (value, from, to, want) => {
  expect(converted(value, from, to)).toBeCloseTo(want, 1);
});

test('[TO20] every unit goes into every other of its kind and back, and into no others', () => {
  for (const from of knownUnits) {
    for (const to of knownUnits) {
      const there = unitConversion(from, to);
      expect(unitConversion(to, from) === undefined).toBe(there === undefined);
      if (there !== undefined) expect(converted(converted(7, from, to), to, from)).toBeCloseTo(7, 9);
    }
  }
  expect(unitConversion('°C', '%')).toBeUndefined();
  expect(unitConversion('°C', 'furlong')).toBeUndefined();
  expect(unitConversion('clicks', 'clicks')).toEqual({ gain: 1, offset: 0 });
});

test('[TO21] a table corrects at its points, between them and beyond them', () => {
  const table = [
    [0, 0.5],
    [10, 10],
    [30, 29],
  ] as const;
  expect([-10, 0, 5, 10, 20, 30, 50].map((raw) => correct(table, raw))).toEqual([
    -9, 0.5, 5.25, 10, 19.5, 29, 48,
  ]);
  expect(tableProblem(table)).toBeUndefined();
  expect(tableProblem([[0, 1]])).toBe('needs two points or more');
  expect(tableProblem([...table, [30, 31]])).toBe('the raw value of point 4 must be above the one before');
});

test('[TO22] means and medians agree with the slow way, whatever comes', () => {
  const random = seededRandom('smoothing');
  for (const of of [2, 3, 5, 100]) {
    const [mean, median] = (['mean', 'median'] as const).map((kind) => new Smoother({ kind, of }, 1e9));
    const all: number[] = [];
    for (let at = 0; at < 300; at++) {
      const value = Math.round(random.next() * 10);
      all.push(value);
      const last = all.slice(-of).sort((a, b) => a - b);
      const sum = last.reduce((total, each) => total + each, 0);
      expect(mean?.next(value, at)).toBeCloseTo(sum / last.length, 12);
      const half = (last.length - 1) / 2;
      const middle = ((last[Math.floor(half)] ?? 0) + (last[Math.ceil(half)] ?? 0)) / 2;
      expect(median?.next(value, at)).toBe(middle);
    }
  }
});

test('[TO22] exponential smoothing does half of a step in its half-life, at any interval', () => {
  for (const everyMs of [100, 500, 2_500]) {
    const smoother = new Smoother({ kind: 'exponential', halfLifeMs: 5_000 }, 1e9);
    smoother.next(0, 0);
    let value = 0;
    for (let ms = everyMs; ms <= 5_000; ms += everyMs) value = smoother.next(10, ms);
    expect(value).toBeCloseTo(5, 9);
  }
});

test('[TO22] after a long silence smoothing begins anew', () => {
  for (const smoothing of [
    { kind: 'mean', of: 5 },
    { kind: 'median', of: 5 },
    { kind: 'exponential', halfLifeMs: 10_000 },
  ] as const) {
    const smoother = new Smoother(smoothing, 60_000);
    for (let at = 0; at < 5; at++) smoother.next(10, at * 1_000);
    expect(smoother.next(20, 63_000)).toBeLessThan(20);
    expect(smoother.next(20, 123_000)).toBe(20);
  }
});

test('[TO23] unit, calibration and smoothing in this order, and no dust of binary fractions', () => {
  const pipeline = new ReadingPipeline({
    conversion: { gain: 0.001, offset: 0 },
    table: [
      [0, 1],
      [100, 101],
    ],
    gain: 2,
    offset: -0.5,
    smoothing: { kind: 'mean', of: 2 },
    forgetAfterMs: 60_000,
    digits: 2,
  });
  expect([20_000, 22_001].map((raw, at) => pipeline.apply(raw, at))).toEqual([41.5, 43.5]);
  const plain = new ReadingPipeline({ gain: 3, forgetAfterMs: 60_000 });
  expect(plain.apply(0.1, 0)).toBe(0.3);
});

test('[TO23] what is no number goes nowhere, and smoothing does not see it', () => {
  const smoothing = { kind: 'mean', of: 3 } as const;
  const pipeline = new ReadingPipeline({ smoothing, forgetAfterMs: 60_000 });
  expect([4, Number.NaN, Infinity, -1e300, 6].map((raw, at) => pipeline.apply(raw, at))).toEqual([
    4,
    undefined,
    undefined,
    undefined,
    5,
  ]);
});
