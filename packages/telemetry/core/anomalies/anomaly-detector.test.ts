import { seededRandom } from '@bothy/protocols';
import { type AnomalyCheck, anomalyChecks } from '@bothy/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SimulatedFault, SimulatedSensor, sensorProfiles } from '../simulated/simulated-sensor.ts';
import { AnomalyDetector } from './anomaly-detector.ts';
import { MedianWindow } from './median-window.ts';
import { P2Quantile } from './p2-quantile.ts';
import { parameters } from './parameters.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

function found(detector: AnomalyDetector): readonly AnomalyCheck[] {
  return anomalyChecks.filter((check) => detector.finds(check));
}

/** What each reading of a series is called, one a second. */
function verdicts(values: readonly number[], detector = new AnomalyDetector()): readonly string[] {
  return values.map((value, i) => {
    detector.add(value, i * 1_000);
    return found(detector).join();
  });
}

function noise(count: number, seed: string, scale = 1): number[] {
  const random = seededRandom(seed);
  return Array.from(
    { length: count },
    () => Math.round((random.next() + random.next() - 1) * 64 * scale) / 64,
  );
}

test('[TLA1] one wild reading is an outlier and a jump, the ones around it are not', () => {
  const values = noise(400, 'spike');
  values[300] = 25;
  const said = verdicts(values);
  expect(said[300]).toBe('outlier,jump');
  expect(said[301]).toBe('jump');
  expect(said.filter((each) => each !== '')).toHaveLength(2);
});

test('[TLA1] a step is a jump once; a sensor that jumps anyway earns a higher limit', () => {
  const step = verdicts([...noise(200, 'a'), ...noise(200, 'b').map((value) => value + 20)]);
  expect(step[200]).toMatch(/jump/);
  expect(step.slice(230).join('')).toBe('');
  const load = noise(1_000, 'load').map((value, i) => (i % 20 === 0 ? value + 30 : value));
  const late = verdicts(load).slice(500);
  expect(late.filter((each) => each !== '')).toEqual([]);
});

test('[TLA1] a coarse sensor may change its last digit, and still cannot jump unseen', () => {
  const resting = Array.from({ length: 300 }, (_, i) => (i % 40 === 0 ? 20.5 : 20));
  const said = verdicts([...resting, 60]);
  expect(said.slice(0, -1).join('')).toBe('');
  expect(said.at(-1)).toBe('outlier,jump');
});

test('[TLA2] a lively sensor that repeats itself is stuck; a coarse one that rests is not', () => {
  const lively = noise(200, 'lively');
  const said = verdicts([...lively, ...new Array<number>(40).fill(lively.at(-1) ?? 0)]);
  expect(said.slice(0, 228).join('')).toBe('');
  expect(said.at(-1)).toBe('stuck');
  const coarse = Array.from({ length: 2_000 }, (_, i) => Math.round(20 + 3 * Math.sin(i / 40)));
  expect(verdicts(coarse).filter((each) => each.includes('stuck'))).toEqual([]);
  expect(verdicts(new Array<number>(500).fill(7)).join('')).toBe('');
});

test('[TLA3] a gap is one for the rhythm of the sensor, and what follows it is not a jump', () => {
  const detector = new AnomalyDetector();
  noise(100, 'gap').forEach((value, i) => {
    detector.add(value, i * 1_000);
  });
  detector.add(50, 99_000 + 4_000);
  expect(found(detector)).not.toContain('gap');
  detector.add(500, 103_000 + 6_000);
  expect(found(detector)).toEqual(['gap']);
});

test('[TLA4] the slow checks know days and nights before they speak, then find what is far from all of them', () => {
  const detector = new AnomalyDetector();
  const random = seededRandom('months');
  const said: string[] = [];
  for (let hour = 0; hour < 60 * 24; hour++) {
    const day = Math.sin((hour / 24) * 2 * Math.PI) * 3;
    const broken = hour >= 40 * 24 && hour < 42 * 24 ? 16 : 0;
    const early = hour < 6 * 24 ? hour / 10 : 0;
    detector.add(20 + day + random.next() + broken - early * 0.2, hour * hourMs);
    for (const check of found(detector))
      if (check === 'drift' || check === 'shift') said.push(`${Math.floor(hour / 24)} ${check}`);
  }
  expect([...new Set(said)].filter((each) => !/^4[0-3] /.test(each))).toEqual([]);
  expect(said).toContain('40 drift');
  expect(said).toContain('40 shift');
});

test('[TLA5] neither unit nor offset matters: one set of parameters serves every sensor', () => {
  const values = [...noise(150, 'x'), 30, ...noise(50, 'y'), ...new Array<number>(40).fill(3)];
  const said = verdicts(values);
  expect(new Set(said).size).toBeGreaterThan(2);
  // Powers of two and whole numbers: nothing is rounded.
  expect(verdicts(values.map((value) => value * 1_024 - 4_096))).toEqual(said);
  expect(verdicts(values.map((value) => -value / 256))).toEqual(said);
});

test('[TLA6] memory is constant, and a detector that was stored goes on where it was', () => {
  const sensor = new SimulatedSensor(sensorProfiles.temperature, seededRandom('store'));
  let detector = new AnomalyDetector();
  const whole = new AnomalyDetector();
  const sizes: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    const value = sensor.valueAt(i * 5 * minuteMs) ?? 0;
    whole.add(value, i * 5 * minuteMs);
    if (i % 5_000 === 4_999) {
      const text = JSON.stringify(detector.save());
      sizes.push(text.length);
      detector = new AnomalyDetector(JSON.parse(text));
    }
    detector.add(value, i * 5 * minuteMs);
  }
  expect(Math.max(...sizes)).toBeLessThan(4_096);
  // The hour of the restart is cut in two; everything else is the same.
  expect(detector.scores.outlierSigmas).toBe(whole.scores.outlierSigmas);
  expect(detector.scores.driftSigmas).toBeCloseTo(whole.scores.driftSigmas, 1);
});

test('[TLA6] the moving average goes on after a restart', () => {
  const detector = new AnomalyDetector();
  const values = [...noise(300, 'average'), ...new Array<number>(8).fill(30), 0];
  values.forEach((value, i) => {
    detector.add(value, i * hourMs);
  });
  const again = new AnomalyDetector(JSON.parse(JSON.stringify(detector.save())));
  for (let hour = 0; hour < 3; hour++) again.add(0, hour * hourMs);
  expect(again.scores.driftSigmas).toBeGreaterThan(5);
});

describe('[TLA7] simulated faults are found on every kind of sensor, by one set of parameters', () => {
  const breakMs = 12 * dayMs + 7 * hourMs;
  const cases: Readonly<Record<SimulatedFault, { lastsMs: number; by: readonly AnomalyCheck[] }>> = {
    overheat: { lastsMs: 3 * hourMs, by: ['outlier', 'jump'] },
    lowlight: { lastsMs: 3 * hourMs, by: ['outlier', 'jump'] },
    poorair: { lastsMs: 3 * hourMs, by: ['outlier', 'jump'] },
    spike: { lastsMs: 2 * minuteMs, by: ['outlier', 'jump'] },
    drift: { lastsMs: 2 * dayMs, by: ['drift', 'shift'] },
    stuck: { lastsMs: 3 * hourMs, by: ['stuck'] },
    dropout: { lastsMs: 20 * minuteMs, by: ['gap'] },
  };
  const names = Object.keys(sensorProfiles) as (keyof typeof sensorProfiles)[];

  test.each(Object.entries(cases))('%s', (kind, { lastsMs, by }) => {
    for (const name of names) {
      const sensor = new SimulatedSensor(sensorProfiles[name], seededRandom(`${name} ${kind}`));
      const detector = new AnomalyDetector();
      const alarmsBefore: string[] = [];
      const hits = new Set<AnomalyCheck>();
      for (let ms = 0; ms < breakMs + lastsMs + hourMs; ms += 2 * minuteMs) {
        if (ms === breakMs) sensor.break(kind as SimulatedFault, ms);
        if (ms === breakMs + lastsMs) sensor.repair();
        const value = sensor.valueAt(ms);
        if (value === undefined) continue;
        detector.add(value, ms);
        for (const check of found(detector)) {
          if (ms < breakMs) alarmsBefore.push(`${name}: ${check} at ${ms / hourMs} h`);
          else hits.add(check);
        }
      }
      expect(
        [...hits].filter((check) => by.includes(check)),
        `${name}: found ${[...hits].join()}`,
      ).not.toEqual([]);
      expect(alarmsBefore.length, alarmsBefore.join('; ')).toBeLessThanOrEqual(1);
    }
  });
});

describe('what it is built on', () => {
  const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }));

  test('[TLA8] the median window agrees with sorting', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 80 }), (values) => {
        const window = new MedianWindow(parameters.windowReadings);
        for (const each of values) window.add(each);
        const kept = values.slice(-parameters.windowReadings);
        const middle = (list: readonly number[]): number =>
          list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
        expect(window.median).toBe(middle(kept));
        expect(window.deviation).toBe(middle(kept.map((each) => Math.abs(each - window.median))));
        expect(window.save()).toEqual(kept);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test.each([0.5, 0.9, 0.99])('[TLA8] P² comes close to the quantile %d, and is exact at first', (p) => {
    const quantile = new P2Quantile(p);
    const random = seededRandom(`p2 ${p}`);
    const values: number[] = [];
    for (let i = 0; i < 5_000; i++) {
      const each = (random.next() + random.next() + random.next()) * 100;
      values.push(each);
      quantile.add(each);
      if (i < 4) expect(quantile.value).toBe(values.toSorted((a, b) => a - b)[Math.floor(p * values.length)]);
    }
    const exact = values.toSorted((a, b) => a - b)[Math.floor(p * values.length)] ?? 0;
    expect(Math.abs(quantile.value - exact)).toBeLessThan(3);
    const again = new P2Quantile(p, quantile.save());
    again.add(1);
    quantile.add(1);
    expect(again.save()).toEqual(quantile.save());
  });
});
