import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CheckpointSchedule } from './checkpoint.ts';

test('[CP1] one is due at so many entries, and at as many bytes as the last one had times the factor', () => {
  const schedule = new CheckpointSchedule({ maxLogEntries: 100, minLogBytes: 50, logPerCheckpoint: 2 });
  expect(schedule.isDue).toBe(false);
  schedule.appended(1, 49);
  expect(schedule.isDue).toBe(false);
  schedule.appended(1, 1);
  expect(schedule.isDue).toBe(true);
  schedule.begin();
  schedule.end(100);
  expect([schedule.logEntries, schedule.logBytes]).toEqual([0, 0]);
  schedule.appended(98, 199);
  expect(schedule.isDue).toBe(false);
  schedule.appended(1, 1);
  expect(schedule.isDue).toBe(true);
  const byCount = new CheckpointSchedule({ maxLogEntries: 2 });
  byCount.appended(1, 1e9);
  expect(byCount.isDue).toBe(false);
  byCount.appended(1, 0);
  expect(byCount.isDue).toBe(true);
});

test('[CP2] one at a time; what is appended while it is written is of the next, and one that fails takes nothing off', () => {
  const schedule = new CheckpointSchedule({ maxLogEntries: 2 });
  schedule.appended(3, 30);
  expect([schedule.begin(), schedule.begin(), schedule.isDue]).toEqual([true, false, false]);
  schedule.appended(1, 10);
  schedule.fail();
  expect([schedule.isDue, schedule.logEntries]).toEqual([true, 4]);
  schedule.begin();
  schedule.appended(1, 7);
  schedule.end(5);
  expect([schedule.isDue, schedule.logEntries, schedule.logBytes]).toEqual([false, 1, 7]);
  schedule.end(5);
  expect(schedule.logEntries).toBe(1);
});

test('[CP3] a start counts what it found', () => {
  const found = { logEntries: 2, logBytes: 20, checkpointBytes: 10 };
  expect(new CheckpointSchedule({ maxLogEntries: 2 }, found).isDue).toBe(true);
  expect(new CheckpointSchedule({ maxLogEntries: 9, logPerCheckpoint: 2 }, found).isDue).toBe(true);
  expect(new CheckpointSchedule({ maxLogEntries: 9, logPerCheckpoint: 3 }, found).isDue).toBe(false);
});

test('[CP3] a log that is looked up is what it is found to be, unless a checkpoint is under way', () => {
  const schedule = new CheckpointSchedule({ maxLogEntries: 3 });
  schedule.appended(3, 3);
  schedule.measured(2, 20);
  expect([schedule.isDue, schedule.logEntries, schedule.logBytes]).toEqual([false, 2, 20]);
  schedule.begin();
  schedule.measured(9, 90);
  schedule.end(0);
  expect(schedule.logEntries).toBe(0);
  expect(() => schedule.measured(-1, 0)).toThrow(RangeError);
});

test('[CP4] with a factor of 1 checkpoints write at most twice what the log does, however large the state', () => {
  const schedule = new CheckpointSchedule({ maxLogEntries: 1e6, minLogBytes: 1_000, logPerCheckpoint: 1 });
  let [log, checkpoints, state] = [0, 0, 0];
  for (let at = 0; at < 20_000; at++) {
    log += 10;
    state += at < 10_000 ? 10 : 0;
    schedule.appended(1, 10);
    if (!schedule.isDue) continue;
    schedule.begin();
    schedule.end(state);
    checkpoints += state;
  }
  expect(checkpoints).toBeGreaterThan(0);
  expect(checkpoints).toBeLessThanOrEqual(2 * log);
});

test('[CP1, CP2, CP4] whatever is appended and while it is written: nothing is taken off twice, and what they write is bounded', () => {
  const step = fc.record({
    bytes: fc.integer({ min: 1, max: 500 }),
    /** How much of what is appended the state grows by; the rest replaces what was there. */
    grows: fc.double({ min: 0, max: 1, noNaN: true }),
    /** Steps that a checkpoint takes; every so often it fails. */
    takes: fc.nat(3),
    fails: fc.constantFrom(false, false, false, true),
  });
  let made = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 200 }), fc.nat(300), (steps, minLogBytes) => {
      const schedule = new CheckpointSchedule({ maxLogEntries: 1e6, minLogBytes, logPerCheckpoint: 1 });
      let [log, state, checkpoints] = [0, 0, 0];
      let last: { readonly upTo: number; readonly bytes: number } = { upTo: 0, bytes: 0 };
      let underWay: { upTo: number; logged: number; bytes: number; left: number; fails: boolean } | undefined;
      let covered = 0;
      for (const [at, { bytes, grows, takes, fails }] of steps.entries()) {
        log += bytes;
        state += Math.floor(bytes * grows);
        schedule.appended(1, bytes);
        if (underWay !== undefined && underWay.left-- <= 0) {
          if (underWay.fails) schedule.fail();
          else {
            schedule.end(underWay.bytes);
            [last, covered] = [underWay, underWay.logged];
            checkpoints += underWay.bytes;
            made += 1;
          }
          underWay = undefined;
        }
        // The obvious one: what a start would carry out is what came after the last picture.
        expect([schedule.logEntries, schedule.logBytes]).toEqual([at + 1 - last.upTo, log - covered]);
        const isDue = log - covered >= Math.max(minLogBytes, last.bytes);
        expect(schedule.isDue).toBe(underWay === undefined && isDue);
        if (!schedule.isDue) continue;
        schedule.begin();
        underWay = { upTo: at + 1, logged: log, bytes: state, left: takes, fails };
      }
      expect(checkpoints).toBeLessThanOrEqual(2 * log);
    }),
    { seed: 23, numRuns: 200 },
  );
  expect(made).toBeGreaterThan(500);
});

test('[CP9] numbers out of their range throw a RangeError', () => {
  for (const wrong of [0, 1.5, Number.NaN]) {
    expect(() => new CheckpointSchedule({ maxLogEntries: wrong })).toThrow(RangeError);
  }
  for (const wrong of [0, -1, Number.NaN]) {
    expect(() => new CheckpointSchedule({ maxLogEntries: 1, logPerCheckpoint: wrong })).toThrow(RangeError);
  }
  for (const wrong of [-1, 1.5, Number.NaN]) {
    expect(() => new CheckpointSchedule({ maxLogEntries: 1, minLogBytes: wrong })).toThrow(RangeError);
    const start = { logEntries: 0, logBytes: wrong, checkpointBytes: 0 };
    expect(() => new CheckpointSchedule({ maxLogEntries: 1 }, start)).toThrow(RangeError);
    const schedule = new CheckpointSchedule({ maxLogEntries: 1 });
    expect(() => schedule.appended(wrong, 0)).toThrow(RangeError);
    expect(() => schedule.appended(0, wrong)).toThrow(RangeError);
    expect(() => schedule.end(wrong)).toThrow(RangeError);
  }
});
