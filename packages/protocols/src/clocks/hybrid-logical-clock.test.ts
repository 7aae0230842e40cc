import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareHlc, type Hlc, HybridLogicalClock, zeroHlc } from './hybrid-logical-clock.ts';

const most = Number.MAX_SAFE_INTEGER;
const clockAt = (last: Hlc, maxAheadMs = 1_000): HybridLogicalClock =>
  new HybridLogicalClock({ maxAheadMs, last });

describe('one clock', () => {
  test('[HLC2] a stamp is the wall clock while that moves on, in whole milliseconds', () => {
    const clock = new HybridLogicalClock({ maxAheadMs: 0 });
    expect(clock.last).toBe(zeroHlc);
    expect(clock.tick(100)).toEqual({ ms: 100, counter: 0 });
    expect(clock.tick(101.9)).toEqual({ ms: 101, counter: 0 });
    expect(clock.tick(102)).toEqual({ ms: 102, counter: 0 });
  });

  test('[HLC1] stamps rise while the wall clock stands still or goes back', () => {
    const clock = new HybridLogicalClock({ maxAheadMs: 0 });
    clock.tick(100);
    expect(clock.tick(100)).toEqual({ ms: 100, counter: 1 });
    expect(clock.tick(3)).toEqual({ ms: 100, counter: 2 });
    expect(clock.last).toEqual({ ms: 100, counter: 2 });
  });

  test('[HLC4] a merge counts on from whichever shares the greatest millisecond', () => {
    const merged = (last: Hlc, remote: Hlc, wallMs: number) => clockAt(last).observe(remote, wallMs);
    const at = (ms: number, counter: number) => ({ merged: true, at: { ms, counter } });
    expect(merged({ ms: 5, counter: 3 }, { ms: 5, counter: 7 }, 5)).toEqual(at(5, 8));
    expect(merged({ ms: 5, counter: 9 }, { ms: 5, counter: 7 }, 4)).toEqual(at(5, 10));
    expect(merged({ ms: 5, counter: 3 }, { ms: 4, counter: 7 }, 4)).toEqual(at(5, 4));
    expect(merged({ ms: 4, counter: 3 }, { ms: 5, counter: 7 }, 4)).toEqual(at(5, 8));
    expect(merged({ ms: 4, counter: 3 }, { ms: 5, counter: 7 }, 6)).toEqual(at(6, 0));
  });

  test('[HLC5] a stamp too far ahead is answered and not merged', () => {
    const clock = clockAt({ ms: 50, counter: 1 });
    expect(clock.observe({ ms: 1_101, counter: 0 }, 100)).toEqual({ merged: false, aheadMs: 1_001 });
    expect(clock.last).toEqual({ ms: 50, counter: 1 });
    expect(clock.observe({ ms: 1_100, counter: 0 }, 100)).toEqual({
      merged: true,
      at: { ms: 1_100, counter: 1 },
    });
  });

  test('[HLC6] a full counter moves into the next millisecond, whoever filled it', () => {
    expect(clockAt({ ms: 5, counter: most }).tick(5)).toEqual({ ms: 6, counter: 0 });
    const remote = { ms: 5, counter: most };
    expect(clockAt(zeroHlc).observe(remote, 5)).toEqual({ merged: true, at: { ms: 6, counter: 0 } });
    expect(() => clockAt({ ms: most, counter: most }).tick(5)).toThrow(RangeError);
  });

  test('[HLC8] a clock continues after the last stamp of an earlier start', () => {
    expect(clockAt({ ms: 900, counter: 4 }).tick(10)).toEqual({ ms: 900, counter: 5 });
  });

  test('[HLC10] impossible clocks, stamps and options throw', () => {
    for (const wallMs of [-1, Number.NaN, Infinity, 8.64e15 + 1]) {
      expect(() => clockAt(zeroHlc).tick(wallMs)).toThrow(RangeError);
      expect(() => clockAt(zeroHlc).observe(zeroHlc, wallMs)).toThrow(RangeError);
    }
    const stamps = [
      { ms: -1, counter: 0 },
      { ms: 0.5, counter: 0 },
      { ms: Infinity, counter: 0 },
      { ms: 0, counter: -1 },
      { ms: 0, counter: 0.5 },
      { ms: 0, counter: Number.NaN },
    ];
    for (const stamp of stamps) {
      expect(() => clockAt(zeroHlc).observe(stamp, 0)).toThrow(RangeError);
      expect(() => clockAt(stamp)).toThrow(RangeError);
    }
    for (const maxAheadMs of [-1, Number.NaN, Infinity]) {
      expect(() => clockAt(zeroHlc, maxAheadMs)).toThrow(RangeError);
    }
  });
});

/** What clocks live through: who acts, what its wall clock shows, and which earlier message it takes, if any. */
const history = fc.array(
  fc.record({
    clock: fc.nat(2),
    wallMs: fc.nat(40),
    takes: fc.option(fc.nat(1_000), { nil: undefined }),
  }),
  { maxLength: 60 },
);

interface Event {
  readonly clock: number;
  readonly at: Hlc;
  /** Indices of every event that happened before this one: the slow, obvious model of causality. */
  readonly past: ReadonlySet<number>;
}

function live(
  steps: readonly { clock: number; wallMs: number; takes: number | undefined }[],
  maxAheadMs: number,
): Event[] {
  const clocks = [0, 1, 2].map(() => new HybridLogicalClock({ maxAheadMs }));
  const events: Event[] = [];
  for (const { clock: index, wallMs, takes } of steps) {
    const clock = clocks[index] as HybridLogicalClock;
    const before = events.flatMap((event, id) => (event.clock === index ? [id] : []));
    const source = takes === undefined || events.length === 0 ? undefined : takes % events.length;
    const taken = source === undefined ? undefined : clock.observe((events[source] as Event).at, wallMs);
    const merged = taken?.merged === true;
    const direct = merged && source !== undefined ? [...before, source] : before;
    const past = new Set(direct.flatMap((id) => [id, ...(events[id] as Event).past]));
    events.push({ clock: index, at: taken?.merged ? taken.at : clock.tick(wallMs), past });
  }
  return events;
}

describe('clocks that exchange messages', () => {
  test('[HLC1, HLC3] what happened before has the lesser stamp', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(0, 10, 1_000), (steps, maxAheadMs) => {
        const events = live(steps, maxAheadMs);
        for (const { at, past } of events) {
          for (const id of past) expect(compareHlc((events[id] as Event).at, at)).toBeLessThan(0);
        }
      }),
      { seed: 2 },
    );
  });

  test('[HLC9] no stamp runs further ahead than allowed of the highest wall clock seen', () => {
    fc.assert(
      fc.property(history, fc.nat(20), (steps, maxAheadMs) => {
        const highest = [0, 0, 0];
        live(steps, maxAheadMs).forEach(({ clock, at }, index) => {
          highest[clock] = Math.max(highest[clock] ?? 0, steps[index]?.wallMs ?? 0);
          expect(at.ms).toBeLessThanOrEqual((highest[clock] ?? 0) + maxAheadMs);
        });
      }),
      { seed: 2 },
    );
  });

  test('[HLC4] a merge is what the figure of the paper computes', () => {
    const small = fc.record({ ms: fc.nat(4), counter: fc.nat(4) });
    fc.assert(
      fc.property(small, small, fc.nat(4), (last, remote, wall) => {
        // Figure 5, receive event, case by case.
        const l = Math.max(last.ms, remote.ms, wall);
        let c = 0;
        if (l === last.ms && l === remote.ms) c = Math.max(last.counter, remote.counter) + 1;
        else if (l === last.ms) c = last.counter + 1;
        else if (l === remote.ms) c = remote.counter + 1;
        expect(clockAt(last).observe(remote, wall)).toEqual({ merged: true, at: { ms: l, counter: c } });
      }),
      { seed: 2 },
    );
  });

  test('[HLC7] stamps have a total order: milliseconds first, then the counter', () => {
    const small = fc.record({ ms: fc.nat(999), counter: fc.nat(999) });
    fc.assert(
      fc.property(small, small, (a, b) => {
        const number = (stamp: Hlc): number => stamp.ms * 1_000 + stamp.counter;
        expect(Math.sign(compareHlc(a, b))).toBe(Math.sign(number(a) - number(b)));
      }),
      { seed: 2 },
    );
  });
});
