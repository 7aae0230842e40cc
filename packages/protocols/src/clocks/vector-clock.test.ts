import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GraphEvent, messageGraphs, stampAll } from '../../testing/message-graph.ts';
import { vectorCompare, vectorGet } from '../replication/version-vector.ts';
import { happenedBefore, VectorClock, type VectorStamp, type VectorTime } from './vector-clock.ts';

const from = (time: VectorTime, process = 'ben'): VectorStamp => ({ time, process });
const ana = (last: VectorTime = {}): VectorClock => new VectorClock({ process: 'ana', last });

type Check = (events: readonly GraphEvent[], stamps: readonly VectorStamp[]) => void;

function check(holds: Check): void {
  const lived = messageGraphs.map((events) => ({ events, stamps: live(events) }));
  fc.assert(
    fc.property(lived, ({ events, stamps }) => holds(events, stamps)),
    { seed: 3 },
  );
}

function live(events: readonly GraphEvent[]): readonly VectorStamp[] {
  return stampAll<VectorStamp, VectorClock>(
    events,
    (process) => new VectorClock({ process }),
    (clock, message) => {
      if (message === undefined) return clock.tick();
      const taken = clock.observe(message);
      if (!taken.merged) throw new Error('an honest vector was refused');
      return taken.at;
    },
  );
}

/** Every ordered pair of different events, and whether the graph says that the first happened before the second. */
function pairs(
  events: readonly GraphEvent[],
  stamps: readonly VectorStamp[],
  see: (a: VectorStamp, b: VectorStamp, before: boolean, after: boolean) => void,
): void {
  stamps.forEach((a, i) => {
    stamps.forEach((b, j) => {
      if (i !== j) see(a, b, events[j]?.past.has(i) ?? false, events[i]?.past.has(j) ?? false);
    });
  });
}

test('[VC1] an event counts in its own entry only', () => {
  const clock = ana({ ben: 4 });
  expect(clock.tick().time).toEqual({ ana: 1, ben: 4 });
  expect(clock.tick()).toEqual(from({ ana: 2, ben: 4 }, 'ana'));
  expect(clock.last).toEqual({ ana: 2, ben: 4 });
});

test('[VC2] taking a message knows what either side knew, and counts itself', () => {
  const taken = ana({ ana: 2, ben: 4, cyd: 1 }).observe(from({ ana: 1, ben: 5, dan: 1 }));
  expect(taken).toEqual({ merged: true, at: from({ ana: 3, ben: 5, cyd: 1, dan: 1 }, 'ana') });
});

test('[VC3, VC4] vectors are ordered exactly as events are, and concurrent where these are', () => {
  check((events, stamps) => {
    pairs(events, stamps, (a, b, before, after) => {
      const expected = before ? 'before' : after ? 'after' : 'concurrent';
      expect(vectorCompare(a.time, b.time)).toBe(expected);
    });
  });
});

test('[VC5] an entry counts the events of its process in the past, the event included', () => {
  check((events, stamps) => {
    events.forEach(({ past, process }, index) => {
      const known = [...past].map((id) => events[id]?.process ?? '').concat(process);
      for (const each of new Set(events.map((event) => event.process))) {
        const count = known.filter((name) => name === each).length;
        expect(vectorGet(stamps[index]?.time ?? {}, each)).toBe(count);
      }
    });
  });
});

test('[VC6] one entry decides what happened before', () => {
  check((events, stamps) => {
    pairs(events, stamps, (a, b, before) => expect(happenedBefore(a, b)).toBe(before));
    for (const stamp of stamps) expect(happenedBefore(stamp, stamp)).toBe(false);
  });
});

test('[VC7] a vector that would name too many is answered and not merged', () => {
  const clock = new VectorClock({ process: 'ana', maxProcesses: 3 });
  expect(clock.observe(from({ ben: 1, cyd: 1, dan: 1 }))).toEqual({
    merged: false,
    reason: 'tooManyProcesses',
  });
  expect(clock.last).toEqual({});
  expect(clock.observe(from({ ben: 1, cyd: 1 })).merged).toBe(true);
  expect(clock.observe(from({ ben: 2, dan: 1 })).merged).toBe(false);
  expect(clock.observe(from({ ana: 1, ben: 2 })).merged).toBe(true);
  const wide = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`p${i}`, 1]));
  expect(ana().observe(from(wide)).merged).toBe(false);
});

test('[VC8] a vector that knows more of us than we do is answered and not merged', () => {
  const clock = ana({ ana: 2 });
  expect(clock.observe(from({ ana: 3, ben: 1 }))).toEqual({ merged: false, reason: 'ownFuture' });
  expect(clock.last).toEqual({ ana: 2 });
  expect(clock.observe(from({ ana: 2, ben: 1 })).merged).toBe(true);
});

test('[VC9] a clock continues after the last time of an earlier start', () => {
  expect(ana({ ana: 7, ben: 2 }).tick().time).toEqual({ ana: 8, ben: 2 });
});

test('[VC10] impossible counts and options throw', () => {
  for (const count of [-1, 0.5, Number.NaN, Infinity]) {
    expect(() => ana({ ben: count })).toThrow(RangeError);
    expect(() => ana().observe(from({ ben: count }))).toThrow(RangeError);
  }
  for (const maxProcesses of [0, 1.5, Number.NaN, Infinity]) {
    expect(() => new VectorClock({ process: 'ana', maxProcesses })).toThrow('a whole number from 1');
  }
  const two = { ben: 1, cyd: 1 };
  expect(() => new VectorClock({ process: 'ana', maxProcesses: 2, last: two })).toThrow(RangeError);
  expect(() => new VectorClock({ process: 'ben', maxProcesses: 2, last: two })).not.toThrow();
  const full = ana({ ana: Number.MAX_SAFE_INTEGER });
  expect(() => full.tick()).toThrow(RangeError);
});
