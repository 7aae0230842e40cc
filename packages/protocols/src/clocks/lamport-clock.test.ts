import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GraphEvent, messageGraphs, stampAll } from '../../testing/message-graph.ts';
import { compareLamport, LamportClock, type LamportStamp } from './lamport-clock.ts';

const most = Number.MAX_SAFE_INTEGER;
const from = (time: number, process = 'ben'): LamportStamp => ({ time, process });
const ana = (last = 0): LamportClock => new LamportClock({ process: 'ana', last });

function check(holds: (events: readonly GraphEvent[], stamps: readonly LamportStamp[]) => void): void {
  const lived = messageGraphs.map((events) => ({ events, stamps: live(events) }));
  fc.assert(
    fc.property(lived, ({ events, stamps }) => holds(events, stamps)),
    { seed: 3 },
  );
}

function live(events: readonly GraphEvent[]): readonly LamportStamp[] {
  return stampAll<LamportStamp, LamportClock>(
    events,
    (process) => new LamportClock({ process }),
    (clock, message) => {
      if (message === undefined) return clock.tick();
      const taken = clock.observe(message);
      if (!taken.merged) throw new Error('an honest stamp was refused');
      return taken.at;
    },
  );
}

test('[LC1] each event here is one later than the one before', () => {
  const clock = ana();
  expect(clock.last).toBe(0);
  expect(clock.tick()).toEqual(from(1, 'ana'));
  expect(clock.tick()).toEqual(from(2, 'ana'));
  expect(clock.last).toBe(2);
});

test('[LC2] taking a message is later than sending it, and than everything before it here', () => {
  expect(ana(3).observe(from(7))).toEqual({ merged: true, at: from(8, 'ana') });
  expect(ana(7).observe(from(3))).toEqual({ merged: true, at: from(8, 'ana') });
  expect(ana(7).observe(from(7))).toEqual({ merged: true, at: from(8, 'ana') });
});

test('[LC3] what happened before has the lesser time', () => {
  check((events, stamps) => {
    events.forEach(({ past }, index) => {
      for (const earlier of past) expect(stamps[earlier]?.time).toBeLessThan(stamps[index]?.time ?? 0);
    });
  });
});

test('[LC4] the time is the length of the longest chain of causes, the event included', () => {
  check((events, stamps) => {
    const lengths: number[] = [];
    for (const { past } of events) lengths.push(1 + Math.max(0, ...[...past].map((id) => lengths[id] ?? 0)));
    expect(stamps.map(({ time }) => time)).toEqual(lengths);
  });
});

test('[LC5] any two events have one order, which keeps cause before effect', () => {
  check((events, stamps) => {
    const order = stamps.map((_, index) => index).sort((a, b) => compareAt(stamps, a, b));
    events.forEach(({ past }, index) => {
      for (const earlier of past) expect(order.indexOf(earlier)).toBeLessThan(order.indexOf(index));
    });
    for (let i = 1; i < order.length; i++) {
      expect(compareAt(stamps, order[i - 1] ?? 0, order[i] ?? 0)).toBeLessThan(0);
    }
  });
  expect(compareLamport(from(1, 'b'), from(2, 'a'))).toBeLessThan(0);
  expect(compareLamport(from(1, 'b'), from(1, 'a'))).toBeGreaterThan(0);
  expect(compareLamport(from(1, 'B'), from(1, 'a'))).toBeLessThan(0);
  expect(compareLamport(from(1, 'a'), from(1, 'a'))).toBe(0);
});

function compareAt(stamps: readonly LamportStamp[], a: number, b: number): number {
  return compareLamport(stamps[a] ?? from(0), stamps[b] ?? from(0));
}

test('[LC6] a lesser time does not tell a cause from a coincidence', () => {
  const [one, other] = [ana(), new LamportClock({ process: 'ben' })];
  const apart = one.tick();
  const cause = other.tick();
  other.tick();
  const effect = other.tick();
  // Both are 1 before 3; only one of them is a cause.
  expect([apart.time, cause.time, effect.time]).toEqual([1, 1, 3]);
});

test('[LC7] a stamp too far ahead is answered and not merged', () => {
  const clock = new LamportClock({ process: 'ana', maxAhead: 10, last: 5 });
  expect(clock.observe(from(16))).toEqual({ merged: false, ahead: 11 });
  expect(clock.last).toBe(5);
  expect(clock.observe(from(15))).toEqual({ merged: true, at: from(16, 'ana') });
  expect(ana().observe(from(2 ** 32 + 1))).toEqual({ merged: false, ahead: 2 ** 32 + 1 });
  expect(ana().observe(from(2 ** 32)).merged).toBe(true);
});

test('[LC7] the last number there is cannot be taken', () => {
  expect(ana(most - 1).observe(from(most))).toEqual({ merged: false, ahead: 1 });
  expect(ana(most - 2).observe(from(most - 1))).toEqual({ merged: true, at: from(most, 'ana') });
});

test('[LC8] a clock continues after the last time of an earlier start', () => {
  expect(ana(41).tick()).toEqual(from(42, 'ana'));
});

test('[LC9] impossible times and options throw, and a clock that is full does', () => {
  for (const time of [-1, 0.5, Number.NaN, Infinity, most + 1]) {
    expect(() => ana(time)).toThrow(RangeError);
    expect(() => ana().observe(from(time))).toThrow(RangeError);
  }
  for (const maxAhead of [0, 0.5, Number.NaN, Infinity]) {
    expect(() => new LamportClock({ process: 'ana', maxAhead })).toThrow(RangeError);
  }
  const full = ana(most);
  expect(() => full.tick()).toThrow(RangeError);
  expect(full.last).toBe(most);
});
