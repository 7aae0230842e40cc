import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WriteBehind } from './write-behind.ts';

const newCache = (): WriteBehind<string, number> => new WriteBehind({ maxDelayMs: 1_000, maxPending: 3 });

test('[WB1, WB2] of one key the last value alone is written, all keys in one go, in the order of their first write', () => {
  const cache = newCache();
  cache.put('b', 1, 0);
  cache.put('a', 2, 10);
  cache.put('b', 3, 20);
  expect([cache.get('b'), cache.get('c'), cache.size]).toEqual([3, undefined, 2]);
  expect(cache.flush()).toEqual([
    ['b', 3],
    ['a', 2],
  ]);
  expect(cache.get('a')).toBe(2);
  cache.flushed();
  expect([cache.get('a'), cache.size, cache.flush()]).toEqual([undefined, 0, []]);
});

test('[WB3] a flush is due maxDelayMs after the first value, at once at maxPending, and never while one is under way', () => {
  const cache = newCache();
  expect(cache.dueMs).toBe(Infinity);
  cache.put('a', 1, 500);
  cache.put('a', 2, 900);
  expect(cache.dueMs).toBe(1_500);
  cache.put('b', 1, 950);
  cache.put('c', 1, 960);
  expect(cache.dueMs).toBe(-Infinity);
  cache.flush();
  cache.put('a', 3, 2_000);
  expect([cache.dueMs, cache.flush()]).toEqual([Infinity, []]);
  cache.flushed();
  expect(cache.dueMs).toBe(3_000);
});

test('[WB4] what could not be stored waits again, unless something later was written', () => {
  const cache = newCache();
  cache.put('a', 1, 0);
  cache.put('b', 1, 0);
  cache.flush();
  cache.put('a', 2, 10);
  cache.put('c', 1, 10);
  cache.flushFailed(50);
  expect(cache.flush()).toEqual([
    ['a', 2],
    ['b', 1],
    ['c', 1],
  ]);
  cache.flushed();
  cache.flushFailed(60);
  expect([cache.size, cache.dueMs]).toEqual([0, Infinity]);
});

test('[WB5] more than two flushes of keys are not taken, and what waits can still be changed', () => {
  const cache = newCache();
  for (const key of 'abcdef') expect(cache.put(key, 1, 0)).toBe(true);
  expect([cache.put('g', 1, 0), cache.put('a', 2, 0), cache.size]).toEqual([false, true, 6]);
  cache.flush();
  expect([cache.put('g', 1, 0), cache.size]).toEqual([false, 6]);
});

test('[WB5] what is under way can be changed too: else its older value would come after a newer one', () => {
  const cache = newCache();
  for (const key of 'abcdef') cache.put(key, 1, 0);
  cache.flush();
  expect([cache.put('b', 2, 0), cache.get('b'), cache.size]).toEqual([true, 2, 6]);
  cache.flushFailed(0);
  expect(cache.flush()).toContainEqual(['b', 2]);
});

test('[WB1] a null that waits hides what is under way', () => {
  const cache = new WriteBehind<string, number | null>({ maxDelayMs: 1_000, maxPending: 3 });
  cache.put('a', 1, 0);
  cache.flush();
  cache.put('a', null, 0);
  expect(cache.get('a')).toBeNull();
});

test('[WB9] after a flush that failed the next one is due maxDelayMs later, however much waits', () => {
  const cache = newCache();
  for (const key of 'abcd') cache.put(key, 1, 0);
  expect(cache.dueMs).toBe(-Infinity);
  cache.flush();
  cache.flushFailed(50);
  cache.put('e', 1, 60);
  expect(cache.dueMs).toBe(1_050);
  cache.flush();
  cache.flushed();
  for (const key of 'abc') cache.put(key, 1, 2_000);
  expect(cache.dueMs).toBe(-Infinity);
});

test('[WB6] what is dropped is not flushed, nor after a flush that failed', () => {
  const cache = newCache();
  cache.put('a', 1, 0);
  cache.drop('a');
  expect([cache.size, cache.dueMs]).toEqual([0, Infinity]);
  cache.put('a', 1, 0);
  cache.put('b', 1, 0);
  cache.flush();
  cache.drop('a');
  cache.flushFailed(10);
  expect(cache.flush()).toEqual([['b', 1]]);
  cache.drop('b');
  cache.flushFailed(20);
  expect(cache.dueMs).toBe(Infinity);
});

test('[WB8] options out of their range throw a RangeError', () => {
  for (const wrong of [0, -1, Number.NaN, Infinity]) {
    expect(() => new WriteBehind({ maxDelayMs: wrong, maxPending: 1 })).toThrow(RangeError);
    expect(() => new WriteBehind({ maxDelayMs: 1, maxPending: wrong })).toThrow(RangeError);
  }
});

const steps = fc.array(
  fc.record({
    what: fc.constantFrom('put', 'put', 'put', 'put', 'put', 'put', 'drop', 'stored', 'refused', 'crash'),
    key: fc.nat(7),
    waitMs: fc.nat(400),
  }),
  { minLength: 20, maxLength: 150 },
);

test('[WB1, WB4, WB5, WB7] a crash takes what was written in the last maxDelayMs and in the flush under way, and nothing else', () => {
  const seen = { lost: 0, kept: 0 };
  fc.assert(
    fc.property(steps, (all) => {
      const options = { maxDelayMs: 1_000, maxPending: 3 };
      let cache = new WriteBehind<number, number>(options);
      const store = new Map<number, number>();
      /** What would be there if nothing were ever lost, and since when. */
      const truth = new Map<number, { readonly value: number; readonly atMs: number }>();
      let underWay: readonly (readonly [number, number])[] = [];
      let nowMs = 0;
      for (const [at, { what, key, waitMs }] of all.entries()) {
        nowMs += waitMs;
        // The host's timer: it never comes late here.
        const due = cache.dueMs;
        if (due <= nowMs) underWay = cache.flush();
        if (what === 'put') {
          // What is not taken is written past the cache, as its caller may.
          if (!cache.put(key, at, nowMs)) store.set(key, at);
          truth.set(key, { value: at, atMs: nowMs });
        } else if (what === 'drop') {
          cache.drop(key);
          store.delete(key);
          underWay = underWay.filter(([each]) => each !== key);
          truth.delete(key);
        } else if (what === 'stored') {
          for (const [each, value] of underWay) store.set(each, value);
          underWay = [];
          cache.flushed();
        } else if (what === 'refused') {
          underWay = [];
          cache.flushFailed(nowMs);
        } else {
          for (const [each, { value }] of [...truth]) {
            if (store.get(each) === value) seen.kept += 1;
            else {
              seen.lost += 1;
              // It was still waiting: the cache knew that it is not stored.
              expect(cache.get(each)).toBe(value);
              const old = store.get(each);
              if (old === undefined) truth.delete(each);
              else truth.set(each, { value: old, atMs: -1 });
            }
          }
          cache = new WriteBehind(options);
          underWay = [];
        }
        for (const [each, { value }] of truth) expect(cache.get(each) ?? store.get(each)).toBe(value);
      }
    }),
    { seed: 15, numRuns: 500 },
  );
  expect(Math.min(seen.lost, seen.kept)).toBeGreaterThan(500);
});
