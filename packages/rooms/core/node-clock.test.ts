import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NodeClock } from './node-clock.ts';

/** Two nodes whose wall clocks are `offMs` apart, and whose heartbeats take what the property says. */
class TwoNodes {
  nowMs = 0;
  readonly one = new NodeClock();
  readonly other = new NodeClock();
  offMs: number;

  constructor(offMs: number) {
    this.offMs = offMs;
  }

  get oneNow() {
    return { monoMs: this.nowMs, wallMs: 1_700_000_000_000 + this.nowMs };
  }

  get otherNow() {
    return { monoMs: this.nowMs + 77_777, wallMs: 1_700_000_000_000 + this.nowMs + this.offMs };
  }

  /** A heartbeat each way, one after the other. */
  beat(thereMs: number, pauseMs: number, backMs: number): void {
    const there = this.one.stamps(this.oneNow);
    this.nowMs += thereMs;
    this.other.heard(there, this.otherNow);
    this.nowMs += pauseMs;
    const back = this.other.stamps(this.otherNow);
    this.nowMs += backMs;
    this.one.heard(back, this.oneNow);
    this.nowMs += pauseMs;
  }
}

test('[RM75] whatever heartbeats take, the other clock is as far off as is said, give or take the error', () => {
  const wayMs = fc.nat({ max: 3_000 });
  fc.assert(
    fc.property(
      fc.integer({ min: -4_000_000, max: 4_000_000 }),
      fc.array(fc.tuple(wayMs, fc.nat({ max: 4_000 }), wayMs), { minLength: 1, maxLength: 10 }),
      (offMs, beats) => {
        const nodes = new TwoNodes(offMs);
        for (const [there, pause, back] of beats) nodes.beat(there, pause, back);
        const seen = nodes.one.at(nodes.oneNow);
        expect(Math.abs((seen?.offsetMs ?? 1e9) - offMs)).toBeLessThanOrEqual(seen?.errorMs ?? 0);
        // As good as the quickest of the last eight there and back, and what drifts meanwhile.
        const ways = beats.slice(-8).map(([there, , back]) => there + back);
        expect(seen?.errorMs).toBeLessThan(Math.min(...ways) / 2 + 30);
      },
    ),
  );
});

test('[RM75] a clock that is set is seen to be, also our own', () => {
  const nodes = new TwoNodes(0);
  for (let count = 0; count < 5; count++) nodes.beat(5, 1_000, 5);
  nodes.offMs = 3_600_000;
  for (let count = 0; count < 3; count++) nodes.beat(5, 1_000, 5);
  expect(nodes.one.at(nodes.oneNow)?.offsetMs).toBeCloseTo(3_600_000, -2);
  const { monoMs, wallMs } = nodes.oneNow;
  expect(nodes.one.at({ monoMs, wallMs: wallMs + 3_600_000 })?.offsetMs).toBeCloseTo(0, -2);
});

test('[RM75] nothing is known of a node that does not say when, or answers what was not said', () => {
  const clock = new NodeClock();
  const now = { monoMs: 10, wallMs: 1_000 };
  clock.heard({ sentMs: 0, heard: { sentMs: 1, heardMs: 1 } }, now);
  clock.heard({ sentMs: 5, heard: { sentMs: 999, heardMs: 4 } }, now);
  expect(clock.at(now)).toBeUndefined();
});

test('[RM75] an answer counts once: heard again, it would be as slow as our heartbeats are rare', () => {
  const clock = new NodeClock();
  const { sentMs } = clock.stamps({ monoMs: 0, wallMs: 1_000 });
  const heard = { sentMs, heardMs: 1_001 };
  clock.heard({ sentMs: 1_001, heard }, { monoMs: 2, wallMs: 1_002 });
  const { errorMs = 0 } = clock.at({ monoMs: 2, wallMs: 1_002 }) ?? {};
  for (let count = 1; count < 12; count++) {
    clock.heard({ sentMs: 1_001, heard }, { monoMs: 2 + count * 4_000, wallMs: 1_002 + count * 4_000 });
  }
  expect(clock.at({ monoMs: 2, wallMs: 1_002 })?.errorMs).toBe(errorMs);
});
