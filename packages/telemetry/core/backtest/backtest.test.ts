import type { Reading } from '@bothy/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EngineDesk, ruleOf, startWallMs } from '../testing/engine-desk.ts';
import { type BacktestAlarm, type BacktestOptions, type BacktestSummary, backtest } from './backtest.ts';

function reading(seconds: number, value: number, node = 'edge-1'): Reading {
  const stampMs = startWallMs + seconds * 1_000;
  return { sensor: 'temperature', node, value, stampMs, event: false, eventType: null, hist: true };
}

function run(
  text: string,
  readings: Iterable<Reading>,
  options: BacktestOptions = {},
): { readonly alarms: readonly BacktestAlarm[]; readonly summary: BacktestSummary } {
  const iterator = backtest(ruleOf(text), readings, options);
  const alarms: BacktestAlarm[] = [];
  for (let next = iterator.next(); ; next = iterator.next()) {
    if (next.done === true) return { alarms, summary: next.value };
    alarms.push(next.value);
  }
}

const seconds = (atMs: number | null): number | null => (atMs === null ? null : (atMs - startWallMs) / 1_000);

test('[TLB1] it raises the alarms that the rule would have raised', () => {
  const values = [20, 31, 32, 33, 20, 20, 20, 35, 36, 37];
  const readings = values.map((value, i) => reading(i * 10, value));
  const { alarms, summary } = run('temperature > 30 for 15s clear for 5s', readings, {
    endMs: startWallMs + 200_000,
  });
  expect(
    alarms.map(({ firedMs, clearedMs, value }) => [seconds(firedMs), seconds(clearedMs), value]),
  ).toEqual([
    [25, 45, 32],
    [85, null, 36],
  ]);
  expect(alarms[0]?.sentence).toMatch(/^Fires, after 15 s of it: temperature of edge-1 is 32, above 30\.$/);
  expect(summary).toEqual({ readings: 10, alarms: 2, outOfOrder: 0, isComplete: true });
});

test('[TLB1] silence counts, up to the end that is given', () => {
  const readings = [reading(0, 1), reading(100, 1)];
  expect(run('temperature stale after 30s', readings).alarms).toHaveLength(1);
  const { alarms } = run('temperature stale after 30s', readings, { endMs: startWallMs + 200_000 });
  expect(alarms.map(({ firedMs, clearedMs }) => [seconds(firedMs), seconds(clearedMs)])).toEqual([
    [30, 100],
    [130, null],
  ]);
});

test('[TLB1] history is judged by its stamps, whatever its numbers say', () => {
  const numbered = [20, 31, 20, 31].map((value, i) => ({ ...reading(i, value), boot: 1, seq: 9 - i }));
  expect(run('temperature > 30', numbered).alarms).toHaveLength(2);
});

test('[TLB2] it reads as it goes, counts what is out of order, and stops at its limits', () => {
  function* endless(): Generator<Reading> {
    for (let i = 0; ; i++) yield reading(i, i % 2 === 0 ? 20 : 40);
  }
  expect(run('temperature > 30', endless(), { mostReadings: 1_000 }).summary).toMatchObject({
    readings: 1_000,
    isComplete: false,
  });
  const few = run('temperature > 30', endless(), { mostAlarms: 3 });
  expect(few.alarms).toHaveLength(3);
  expect(few.summary.isComplete).toBe(false);
  const mixed = run('temperature > 30', [reading(10, 20), reading(5, 99), reading(11, 31)]);
  expect(mixed.summary).toMatchObject({ readings: 3, outOfOrder: 1, alarms: 1 });
  expect(run('temperature > 30', []).summary).toMatchObject({ readings: 0, alarms: 0 });
});

test('[TLB1] it agrees with the live engine on any history', () => {
  const text = 'a: temperature > 30 for 15s clear below 28 for 20s';
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 26, max: 33 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (list) => {
      const desk = new EngineDesk([text]);
      const readings: Reading[] = [];
      for (const [waitS, value] of list) {
        desk.wait(waitS * 1_000).read(value);
        readings.push(reading(desk.nowMs / 1_000, value));
      }
      const { alarms } = run(text, readings);
      const replayed = alarms.flatMap(({ firedMs, clearedMs }) => {
        const fired = `${seconds(firedMs)} a edge-1/temperature fired`;
        return clearedMs === null ? [fired] : [fired, `${seconds(clearedMs)} a edge-1/temperature cleared`];
      });
      expect(replayed).toEqual(desk.said);
    }),
    { seed: 5, numRuns: 200 },
  );
});
