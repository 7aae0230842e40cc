import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Now } from '../core.ts';
import { seededRandom } from '../random.ts';
import { WallOffset } from './wall-offset.ts';

test('[CO9] the offset is from our wall clock, and follows it at once when it is set', () => {
  const offset = new WallOffset();
  const wallMs = 1_700_000_000_000;
  expect(offset.at({ monoMs: 0, wallMs })).toBeUndefined();
  const heardMs = wallMs + 5_000 + 20;
  expect(offset.add({ sentMs: 700, heardMs, answeredMs: heardMs, receivedMs: 740 })).toBe('taken');
  const now: Now = { monoMs: 740, wallMs: wallMs + 40 };
  expect(offset.at(now)).toEqual({ offsetMs: 5_000, errorMs: 23, delayMs: 40 });
  expect(offset.at({ ...now, wallMs: now.wallMs + 3_600_000 })?.offsetMs).toBe(5_000 - 3_600_000);
  offset.reset();
  expect(offset.at(now)).toBeUndefined();
});

test('[CO9] what is no exchange is refused, and what it says is in whole milliseconds', () => {
  const offset = new WallOffset();
  offset.add({ sentMs: 0.1, heardMs: 1_000, answeredMs: 1_003, receivedMs: 7.4 });
  const now: Now = { monoMs: 9_999.7, wallMs: 12_345 };
  const before = offset.at(now);
  for (const value of Object.values(before ?? {})) expect(Number.isInteger(value)).toBe(true);
  expect(offset.add({ sentMs: 8, heardMs: 2_000, answeredMs: 1_000, receivedMs: 20 })).toBe('refused');
  expect(offset.at(now)).toEqual(before);
});

/** A day with another device; each clock drifts, and ours is set now and then. How often the bound was wrong. */
function misses(seed: number, stampMs: number): number {
  const random = seededRandom(`wall offsets ${seed}`);
  const offset = new WallOffset();
  // Two clocks that each run up to 100 millionths too fast or too slow, and none of them is ever exact.
  const [ourRate, theirRate] = [1 + (random.next() * 2 - 1) / 10_000, 1 + (random.next() * 2 - 1) / 10_000];
  let trueMs = 0;
  let skewMs = random.next() * 7_200_000;
  const floor = (ms: number): number => Math.floor(ms / stampMs) * stampMs;
  const startMs = 1_700_000_000_000;
  const mono = (): number => floor(trueMs * ourRate);
  const wall = (): number => startMs + trueMs * ourRate + skewMs;
  const theirs = (): number => startMs + trueMs * theirRate;
  let missed = 0;
  const check = (): void => {
    const said = offset.at({ monoMs: mono(), wallMs: Math.floor(wall()) });
    if (said !== undefined && Math.abs(said.offsetMs - (theirs() - wall())) > said.errorMs) missed += 1;
  };
  const way = (): number => random.next() * (random.below(4) === 0 ? 2_000 : 30);
  for (let i = 0; i < 100; i++) {
    const sentMs = mono();
    trueMs += way();
    const heardMs = Math.floor(theirs());
    trueMs += random.next() * 5;
    const answeredMs = Math.floor(theirs());
    trueMs += way();
    offset.add({ sentMs, heardMs, answeredMs, receivedMs: mono() });
    check();
    if (random.below(5) === 0) skewMs = (random.next() * 2 - 1) * 7_200_000;
    check();
    trueMs += random.next() * 600_000;
    check();
  }
  return missed;
}

test('[CO10] the true offset is within the error, however often our clock is set', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.constantFrom(0.001, 0.1, 1), (seed, stampMs) => {
      expect(misses(seed, stampMs)).toBe(0);
    }),
    { seed: 6, numRuns: 200 },
  );
});
