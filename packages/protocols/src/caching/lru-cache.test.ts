import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LruCache, type LruCacheOptions } from './lru-cache.ts';

test('[LR1, LR2] of more entries than fit, the one that was used longest ago goes, and is named', () => {
  const cache = new LruCache<string, number>({ maxEntries: 2 });
  cache.set('a', 1);
  cache.set('b', 2);
  expect(cache.get('a')).toBe(1);
  expect(cache.set('c', 3)).toEqual({ key: 'b', value: 2 });
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
});

test('[LR1] a new value takes the place of the old one, and nothing goes for it', () => {
  const cache = new LruCache<string, number>({ maxEntries: 2 });
  for (const [at, key] of ['a', 'b', 'a'].entries()) expect(cache.set(key, at)).toBeUndefined();
  expect(cache.size).toBe(2);
  expect(cache.set('c', 9)).toEqual({ key: 'b', value: 1 });
  expect(cache.get('a')).toBe(2);
});

test('[LR3] time to live counts from when it was set, however often it is used', () => {
  const cache = new LruCache<string, number>({ maxEntries: 9, ttlMs: 1_000 });
  cache.set('a', 1, 0);
  expect([500, 999, 1_000, 1_001].map((nowMs) => cache.get('a', nowMs))).toEqual([
    1,
    1,
    undefined,
    undefined,
  ]);
  cache.set('a', 2, 1_500);
  expect(cache.get('a', 2_499)).toBe(2);
});

test('[LR3] without a time to live nothing grows old, with times or without', () => {
  const cache = new LruCache<string, number>({ maxEntries: 9 });
  cache.set('a', 1);
  expect([cache.get('a', 1e15), cache.get('a')]).toEqual([1, 1]);
});

test('[LR4] a clock that goes back makes nothing young again', () => {
  const cache = new LruCache<string, number>({ maxEntries: 9, ttlMs: 1_000 });
  cache.set('a', 1, 0);
  cache.set('b', 2, 5_000);
  expect(cache.get('a', 10)).toBeUndefined();
  cache.set('c', 3, 10);
  expect(cache.get('c', 5_999)).toBe(3);
});

test('[LR5] what is deleted is gone', () => {
  const cache = new LruCache<string, number>({ maxEntries: 9 });
  cache.set('a', 1);
  cache.set('b', 2);
  expect([cache.delete('a'), cache.delete('a')]).toEqual([true, false]);
  expect([cache.get('a'), cache.size]).toEqual([undefined, 1]);
  cache.clear();
  expect([cache.get('b'), cache.size]).toEqual([undefined, 0]);
});

const steps = fc.array(
  fc.record({
    what: fc.constantFrom('get', 'set', 'set', 'delete'),
    key: fc.nat(7),
    waitMs: fc.nat(300),
  }),
  { maxLength: 150 },
);

test('[LR1, LR2, LR3, LR5] agrees with a list of all that is held and when it was used', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), (all, maxEntries) => {
      const ttlMs = 1_000;
      const cache = new LruCache<number, number>({ maxEntries, ttlMs });
      let model: { key: number; value: number; setMs: number; used: number }[] = [];
      let nowMs = 0;
      for (const [at, { what, key, waitMs }] of all.entries()) {
        nowMs += waitMs;
        const held = model.find((each) => each.key === key);
        const others = model.filter((each) => each !== held);
        if (what === 'delete') {
          expect(cache.delete(key)).toBe(held !== undefined);
          model = others;
        } else if (what === 'get') {
          const isYoung = held !== undefined && nowMs - held.setMs < ttlMs;
          expect(cache.get(key, nowMs)).toBe(isYoung ? held.value : undefined);
          model = isYoung ? [...others, { ...held, used: at }] : others;
        } else {
          const [oldest] = others.length < maxEntries ? [] : others.sort((a, b) => a.used - b.used);
          const gone = cache.set(key, at, nowMs);
          expect(gone).toEqual(oldest && { key: oldest.key, value: oldest.value });
          model = [...others.filter((each) => each !== oldest), { key, value: at, setMs: nowMs, used: at }];
        }
        expect(cache.size).toBe(model.length);
      }
    }),
    { seed: 8, numRuns: 300 },
  );
});

test('[LR6] what a smaller cache holds, a larger one holds too', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 100 }), (keys) => {
      const caches = [2, 3, 6].map((maxEntries) => new LruCache<number, number>({ maxEntries }));
      for (const key of keys) {
        const hits = caches.map((cache) => cache.get(key) !== undefined);
        expect([...hits].sort()).toEqual(hits);
        for (const cache of caches) cache.set(key, key);
      }
    }),
    { seed: 9 },
  );
});

test('[LR7] options and times out of their range throw a RangeError, and a time that is missing', () => {
  const wrong: Partial<LruCacheOptions>[] = [
    ...[0, 1.5, Infinity, Number.NaN].map((maxEntries) => ({ maxEntries })),
    ...[0, -1, Number.NaN].map((ttlMs) => ({ ttlMs })),
  ];
  for (const options of wrong) expect(() => new LruCache({ maxEntries: 1, ...options })).toThrow(RangeError);
  const cache = new LruCache<string, number>({ maxEntries: 1, ttlMs: 1 });
  for (const nowMs of [undefined, Number.NaN, Infinity]) {
    expect(() => cache.get('a', nowMs)).toThrow(RangeError);
    expect(() => cache.set('a', 1, nowMs)).toThrow(RangeError);
  }
});

test('[LR5] what is meant is gone, and nothing else', () => {
  const cache = new LruCache<string, number>({ maxEntries: 9 });
  for (const key of ['n1/a', 'n2/b', 'n1/c']) cache.set(key, 1);
  cache.deleteWhere((key) => key.startsWith('n1/'));
  expect(['n1/a', 'n2/b', 'n1/c'].map((key) => cache.get(key))).toEqual([undefined, 1, undefined]);
});
