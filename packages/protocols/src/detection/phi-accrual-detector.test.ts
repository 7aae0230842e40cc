import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import { PhiAccrualDetector, type PhiAccrualDetectorOptions } from './phi-accrual-detector.ts';

const second: PhiAccrualDetectorOptions = { expectedIntervalMs: 1_000, startMs: 0 };

/** Roughly normal: the sum of twelve uniform numbers has deviation 1. */
function normal(random: { next(): number }): number {
  return Array.from({ length: 12 }, () => random.next()).reduce((sum, each) => sum + each, -6);
}

/** Area under the bell beyond y, by adding up a thousand strips per deviation. */
function tail(y: number): number {
  let area = 0;
  for (let x = y + 0.0005; x < 10; x += 0.001) area += Math.exp((-x * x) / 2) * 0.001;
  return area / Math.sqrt(2 * Math.PI);
}

/** Looks through all that was ever heard, each time anew. */
function obviousUsual(heard: readonly number[], windowSize: number, maxIntervalMs: number, floorMs: number) {
  const intervals = [750, 1_250];
  let last = 0;
  for (const each of heard) {
    if (each < last) continue;
    if (each - last <= maxIntervalMs) intervals.push(each - last);
    last = each;
  }
  const kept = intervals.slice(-windowSize);
  const meanMs = kept.reduce((sum, each) => sum + each, 0) / kept.length;
  const variance =
    kept.map((each) => (each - meanMs) ** 2).reduce((sum, each) => sum + each, 0) / kept.length;
  return { last, meanMs, deviationMs: Math.max(floorMs, Math.sqrt(variance)) };
}

test('[PH1] phi is minus the decimal logarithm of the chance that it is heard even later', () => {
  const detector = new PhiAccrualDetector(second);
  for (let y = -3.9; y <= 4; y += 0.1) {
    const chance = 10 ** -detector.phi(1_000 + y * 250);
    expect(Math.abs(chance - tail(y))).toBeLessThan(0.000_15);
  }
});

test('[PH2] whoever suspects at phi 1 is wrong about once in ten intervals, at phi 2 about once in a hundred', () => {
  const random = seededRandom('intervals');
  const detector = new PhiAccrualDetector({ ...second, windowSize: 1_000, minDeviationMs: 1 });
  let nowMs = 0;
  const wrong = { 1: 0, 2: 0 };
  for (let count = 0; count < 20_000; count++) {
    const suspected = [detector.suspectedAtMs(1), detector.suspectedAtMs(2)] as const;
    nowMs += Math.max(1, 1_000 + 100 * normal(random));
    if (suspected[0] < nowMs) wrong[1] += 1;
    if (suspected[1] < nowMs) wrong[2] += 1;
    detector.heard(nowMs);
  }
  expect(wrong[1] / 20_000).toBeGreaterThan(0.08);
  expect(wrong[1] / 20_000).toBeLessThan(0.12);
  expect(wrong[2] / 20_000).toBeGreaterThan(0.007);
  expect(wrong[2] / 20_000).toBeLessThan(0.013);
});

test('[PH3, PH4, PH5, PH6, PH9] agrees with looking through all that was heard', () => {
  const times = fc.array(fc.integer({ min: -500, max: 4_000 }), { maxLength: 30 });
  const windows = fc.integer({ min: 2, max: 8 });
  fc.assert(
    fc.property(times, windows, fc.integer({ min: 1, max: 600 }), (steps, windowSize, minDeviationMs) => {
      const maxIntervalMs = 3_000;
      const detector = new PhiAccrualDetector({ ...second, windowSize, minDeviationMs, maxIntervalMs });
      const heard: number[] = [];
      let nowMs = 0;
      for (const step of steps) {
        nowMs += step;
        heard.push(nowMs);
        detector.heard(nowMs);
      }
      const model = obviousUsual(heard, windowSize, maxIntervalMs, minDeviationMs);
      expect(detector.usual.meanMs).toBeCloseTo(model.meanMs, 6);
      expect(detector.usual.deviationMs).toBeCloseTo(model.deviationMs, 6);
      // Half the chances are over when it is as late as usual.
      expect(detector.phi(model.last + model.meanMs)).toBeCloseTo(Math.log10(2), 6);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test('[PH4] nothing of what was before is left once the window is full of something else', () => {
  const detector = new PhiAccrualDetector({ ...second, windowSize: 10 });
  for (let count = 1; count <= 10; count++) detector.heard(count * 200);
  expect(detector.usual.meanMs).toBe(200);
});

test('[PH5] a heartbeat that was always on time may be late by the least deviation', () => {
  const exact = new PhiAccrualDetector({ ...second, minDeviationMs: 50, windowSize: 20 });
  for (let count = 1; count <= 40; count++) exact.heard(count * 1_000);
  expect(exact.usual).toEqual({ meanMs: 1_000, deviationMs: 50 });
  expect(exact.phi(41_050)).toBeLessThan(1);
});

test('[PH7] an acceptable pause moves every suspicion by itself', () => {
  const strict = new PhiAccrualDetector(second);
  const lenient = new PhiAccrualDetector({ ...second, acceptablePauseMs: 3_000 });
  for (const phi of [1, 8, 100]) expect(lenient.suspectedAtMs(phi)).toBe(strict.suspectedAtMs(phi) + 3_000);
});

test('[PH8] one timer set to what it says finds the threshold reached, and a millisecond before it was not', () => {
  const start = fc.double({ min: 0, max: 1e9, noNaN: true });
  const phis = fc.double({ min: 0.001, max: 1_000, noNaN: true });
  const waits = fc.array(fc.double({ min: 0, max: 9_000, noNaN: true }), { maxLength: 12 });
  fc.assert(
    fc.property(start, phis, waits, (startMs, phi, steps) => {
      const detector = new PhiAccrualDetector({ ...second, startMs, windowSize: 5, minDeviationMs: 0.01 });
      let heardMs = startMs;
      for (const step of steps) {
        heardMs += step;
        detector.heard(heardMs);
      }
      const atMs = detector.suspectedAtMs(phi);
      expect(detector.phi(atMs)).toBeGreaterThanOrEqual(phi);
      if (atMs - 1.001 > heardMs) expect(detector.phi(atMs - 1.001)).toBeLessThan(phi);
    }),
    { seed: 4, numRuns: 2_000 },
  );
});

test('[PH8] also where the sum of the last sign of life and the silence is rounded down', () => {
  for (const [startMs, silenceMs] of [
    [703.1383291331533, 1_504],
    [940.3634238790478, 3_413],
  ] as const) {
    const phi = new PhiAccrualDetector(second).phi(silenceMs);
    const detector = new PhiAccrualDetector({ ...second, startMs });
    expect(detector.phi(detector.suspectedAtMs(phi))).toBeGreaterThanOrEqual(phi);
  }
});

test('[PH8] phi only grows with silence, and is finite however long that lasts', () => {
  const detector = new PhiAccrualDetector(second);
  const levels = [0, 500, 1_000, 1_500, 3_000, 60_000, 86_400_000].map((nowMs) => detector.phi(nowMs));
  expect(levels.every((level, at) => at === 0 || level > (levels[at - 1] ?? Infinity))).toBe(true);
  expect(levels.every(Number.isFinite)).toBe(true);
});

test('[PH6] an outage is no interval: who comes back is not forgiven a longer silence', () => {
  const detector = new PhiAccrualDetector(second);
  const before = detector.suspectedAtMs(8);
  detector.heard(3_600_000);
  expect(detector.suspectedAtMs(8) - 3_600_000).toBe(before);
});

test('[PH9] a time before the last one changes nothing, and finds it alive', () => {
  const detector = new PhiAccrualDetector(second);
  detector.heard(5_000);
  const usual = detector.usual;
  detector.heard(4_000);
  expect(detector.usual).toEqual(usual);
  expect(detector.phi(4_000)).toBe(detector.phi(5_000));
});

test('[PH10] options, times and thresholds out of their range throw a RangeError', () => {
  const wrong: Partial<PhiAccrualDetectorOptions>[] = [
    ...[0, -1, Number.NaN, 2e9].map((expectedIntervalMs) => ({ expectedIntervalMs })),
    ...[1, 2.5, 10_001].map((windowSize) => ({ windowSize })),
    ...[0, Number.NaN, Infinity].map((minDeviationMs) => ({ minDeviationMs })),
    ...[-1, Number.NaN, Infinity].map((acceptablePauseMs) => ({ acceptablePauseMs })),
    ...[999, Number.NaN, Infinity].map((maxIntervalMs) => ({ maxIntervalMs })),
    ...[Number.NaN, Infinity].map((startMs) => ({ startMs })),
  ];
  for (const options of wrong)
    expect(() => new PhiAccrualDetector({ ...second, ...options })).toThrow(RangeError);
  const detector = new PhiAccrualDetector(second);
  for (const phi of [0, -1, 1_001, Number.NaN]) expect(() => detector.suspectedAtMs(phi)).toThrow(RangeError);
  for (const time of [Number.NaN, Infinity]) {
    expect(() => detector.heard(time)).toThrow(RangeError);
    expect(() => detector.phi(time)).toThrow(RangeError);
  }
});

test('[PH1, PH4, PH8] the same silence after a calm minute and after a rough one', async () => {
  const lines: string[] = [];
  for (const [network, spreadMs] of [
    ['calm', 40],
    ['rough', 400],
  ] as const) {
    const random = seededRandom(network);
    const detector = new PhiAccrualDetector({ ...second, minDeviationMs: 50, windowSize: 30 });
    let heardMs = 0;
    for (let count = 1; count <= 60; count++) {
      heardMs = Math.max(heardMs, Math.round(count * 1_000 + spreadMs * normal(random)));
      detector.heard(heardMs);
    }
    const { meanMs, deviationMs } = detector.usual;
    lines.push(`${network}: heard every ${meanMs.toFixed(0)} ms, give or take ${deviationMs.toFixed(0)} ms`);
    for (let silenceMs = 0; silenceMs <= 5_000; silenceMs += 500) {
      const phi = detector.phi(heardMs + silenceMs);
      lines.push(`  silent for ${String(silenceMs).padStart(4)} ms  phi ${phi.toFixed(2).padStart(7)}`);
    }
    for (const phi of [1, 3, 8]) lines.push(`  phi ${phi} after ${detector.suspectedAtMs(phi) - heardMs} ms`);
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/phi-accrual.txt');
});
