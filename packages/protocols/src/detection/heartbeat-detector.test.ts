import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeartbeatDetector, type Liveness } from './heartbeat-detector.ts';

const intervalMs = 100;
const timeoutMs = 500;
const fromZero = (): HeartbeatDetector => new HeartbeatDetector({ intervalMs, timeoutMs, startMs: 0 });

test('[HB1, HB2, HB3] alive, then late, then dead', () => {
  const detector = fromZero();
  const seen = [0, 150, 151, 499, 500, 9_000].map((monoMs) => detector.state(monoMs));
  expect(seen).toEqual(['alive', 'alive', 'late', 'late', 'dead', 'dead']);
});

test('[HB3] with a short timeout it is dead without being late', () => {
  const detector = new HeartbeatDetector({ intervalMs, timeoutMs: 120, startMs: 0 });
  expect([119, 120].map((monoMs) => detector.state(monoMs))).toEqual(['alive', 'dead']);
});

test('[HB4] what is heard lives again', () => {
  const detector = fromZero();
  expect(detector.state(600)).toBe('dead');
  detector.heard(610);
  expect(detector.state(620)).toBe('alive');
  expect(detector.state(800)).toBe('late');
});

test('[HB5] a time that runs backwards changes nothing', () => {
  const detector = fromZero();
  detector.heard(1_000);
  detector.heard(200);
  expect(detector.deadlineMs).toBe(1_500);
  expect(detector.state(200)).toBe('alive');
  expect(detector.state(1_499)).toBe('late');
});

test('[HB6] timers set to what it says find what it promises', () => {
  const detector = fromZero();
  detector.heard(40);
  expect(detector.probeDueMs).toBe(140);
  expect(detector.state(detector.probeDueMs)).toBe('alive');
  expect(detector.state(detector.deadlineMs - 1)).toBe('late');
  expect(detector.state(detector.deadlineMs)).toBe('dead');
});

test('[HB6] the deadline is exact also for times that are not whole', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (startMs) => {
      const detector = new HeartbeatDetector({ intervalMs: 0.1, timeoutMs: 0.3, startMs });
      expect(detector.state(detector.deadlineMs)).toBe('dead');
    }),
    { seed: 2 },
  );
});

test('[HB1, HB2, HB3, HB4, HB5] it agrees with looking through all that was heard', () => {
  const times = fc.array(fc.nat(2_000), { maxLength: 20 });
  fc.assert(
    fc.property(times, fc.nat(3_000), (heard, monoMs) => {
      const detector = fromZero();
      for (const each of heard) detector.heard(each);
      const within = (silenceMs: number): boolean => [0, ...heard].some((each) => monoMs - each <= silenceMs);
      const model: Liveness = within(150) ? 'alive' : within(499) ? 'late' : 'dead';
      expect(detector.state(monoMs)).toBe(model);
    }),
    { seed: 2, numRuns: 500 },
  );
});

test('[HB7] impossible options and times throw', () => {
  const made = (options: Partial<{ intervalMs: number; timeoutMs: number; startMs: number }>) => () =>
    new HeartbeatDetector({ intervalMs, timeoutMs, startMs: 0, ...options });
  for (const wrong of [0, -1, Number.NaN]) expect(made({ intervalMs: wrong })).toThrow(RangeError);
  for (const wrong of [100, 0, Number.NaN, Infinity]) expect(made({ timeoutMs: wrong })).toThrow(RangeError);
  for (const wrong of [Number.NaN, Infinity, -Infinity]) {
    expect(made({ startMs: wrong })).toThrow(RangeError);
    expect(() => fromZero().heard(wrong)).toThrow(RangeError);
    expect(() => fromZero().state(wrong)).toThrow(RangeError);
  }
});
