import { expect, test } from 'vitest';
import { RhythmDetector, type RhythmDetectorOptions } from './rhythm-detector.ts';

const options: RhythmDetectorOptions = { intervalMs: 1_000, timeoutMs: 5_000, phi: 5, startMs: 0 };

/** How long after its last heartbeat it is late, heartbeats coming so regularly. */
function lateAfterMs(spreadMs: number): number {
  const detector = new RhythmDetector(options);
  for (let count = 1; count <= 200; count++) detector.beat(count * 1_000 + (count % 2) * spreadMs);
  return detector.lateAtMs - 200_000;
}

test('[PH11] whose heartbeats are irregular is late later', () => {
  expect(lateAfterMs(0)).toBeGreaterThan(1_900);
  expect(lateAfterMs(0)).toBeLessThan(2_200);
  expect(lateAfterMs(800)).toBeGreaterThan(4_000);
});

test('[PH12] any sign of life puts off doubt and death, and teaches no rhythm', () => {
  const [quiet, busy] = [new RhythmDetector(options), new RhythmDetector(options)];
  for (let atMs = 10; atMs < 60_000; atMs += 10) {
    for (const each of [quiet, busy]) if (atMs % 1_000 === 0) each.beat(atMs);
    busy.heard(atMs);
  }
  const lateMs = quiet.lateAtMs;
  expect(busy.lateAtMs).toBe(lateMs);
  busy.heard(lateMs);
  expect([quiet.state(lateMs), busy.state(lateMs), busy.state(lateMs + 1_000)]).toEqual([
    'late',
    'alive',
    'late',
  ]);
});

test('[PH13] however the rhythm was, it is dead after the timeout and not before', () => {
  const detector = new RhythmDetector(options);
  detector.beat(1_000);
  detector.heard(400);
  expect(detector.deadlineMs).toBe(6_000);
  expect([5_999, 6_000].map((atMs) => detector.state(atMs))).toEqual(['late', 'dead']);
  const wrong = [
    { intervalMs: 0 },
    { timeoutMs: 1_000 },
    { timeoutMs: Infinity },
    { phi: 0 },
    { startMs: Number.NaN },
  ];
  for (const each of wrong) expect(() => new RhythmDetector({ ...options, ...each })).toThrow(RangeError);
  for (const time of [Number.NaN, Infinity]) {
    expect(() => detector.heard(time)).toThrow(RangeError);
    expect(() => detector.state(time)).toThrow(RangeError);
  }
});
