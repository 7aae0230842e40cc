import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WriteThrough, type WriteThroughOutput } from './write-through.ts';

const newCache = (stored: Iterable<readonly [string, number]> = []): WriteThrough<string, number, string> =>
  new WriteThrough({ maxEntries: 2, maxWaiting: 4 }, stored);

test('[WT1] a value is read once the store has it, and its writer is told then', () => {
  const cache = newCache([['a', 1]]);
  expect(cache.write('a', 2, 'ann')).toEqual([{ kind: 'store', key: 'a', value: 2 }]);
  expect(cache.read('a')).toBe(1);
  expect(cache.stored('a')).toEqual([{ kind: 'written', writers: ['ann'] }]);
  expect(cache.read('a')).toBe(2);
});

test('[WT2] of one key one write is out, and of those that wait the last one is written for all', () => {
  const cache = newCache();
  cache.write('a', 1, 'ann');
  expect(cache.write('a', 2, 'ben')).toEqual([]);
  expect(cache.write('a', 3, 'cat')).toEqual([]);
  expect(cache.write('b', 9, 'dan')).toEqual([{ kind: 'store', key: 'b', value: 9 }]);
  expect(cache.stored('a')).toEqual([
    { kind: 'written', writers: ['ann'] },
    { kind: 'store', key: 'a', value: 3 },
  ]);
  expect(cache.read('a')).toBe(1);
  expect(cache.stored('a')).toEqual([{ kind: 'written', writers: ['ben', 'cat'] }]);
  expect(cache.read('a')).toBe(3);
});

test('[WT3] what the store would not take changes nothing, and what waits is tried', () => {
  const cache = newCache([['a', 1]]);
  cache.write('a', 2, 'ann');
  cache.write('a', 3, 'ben');
  expect(cache.failed('a')).toEqual([
    { kind: 'failed', writers: ['ann'] },
    { kind: 'store', key: 'a', value: 3 },
  ]);
  expect(cache.read('a')).toBe(1);
  expect(cache.failed('a')).toEqual([{ kind: 'failed', writers: ['ben'] }]);
  expect(cache.read('a')).toBe(1);
  expect([cache.stored('a'), cache.failed('a')]).toEqual([[], []]);
});

test('[WT4] a deletion is a write', () => {
  const cache = newCache([['a', 1]]);
  expect(cache.write('a', null, 'ann')).toEqual([{ kind: 'store', key: 'a', value: null }]);
  expect([cache.read('a'), cache.size]).toEqual([1, 1]);
  cache.stored('a');
  expect([cache.read('a'), cache.size]).toEqual([undefined, 0]);
});

test('[WT5] more keys or writers than fit are refused', () => {
  const cache = newCache([['a', 1]]);
  cache.write('b', 1, 'ann');
  expect(cache.size).toBe(2);
  expect(cache.write('c', 1, 'ben')).toEqual([{ kind: 'refused', writers: ['ben'] }]);
  for (const writer of ['1', '2', '3']) cache.write('b', 2, writer);
  expect(cache.write('a', 2, '4')).toEqual([{ kind: 'refused', writers: ['4'] }]);
});

test('[WT5] who was answered makes room, and a key that is being written is no new one', () => {
  const cache = new WriteThrough<string, number, string>({ maxEntries: 1, maxWaiting: 2 });
  cache.write('a', 1, 'ann');
  expect(cache.write('a', 2, 'ben')).toEqual([]);
  expect(cache.write('a', 3, 'cleo')).toEqual([{ kind: 'refused', writers: ['cleo'] }]);
  cache.stored('a');
  expect(cache.write('a', 4, 'cleo')).toEqual([]);
  expect(cache.stored('a')[0]).toEqual({ kind: 'written', writers: ['ben'] });
});

test('[WT6] options out of their range, and more than fits at the start, throw a RangeError', () => {
  for (const wrong of [0, 1.5, Number.NaN]) {
    expect(() => new WriteThrough({ maxEntries: wrong, maxWaiting: 1 })).toThrow(RangeError);
    expect(() => new WriteThrough({ maxEntries: 1, maxWaiting: wrong })).toThrow(RangeError);
  }
  expect(() =>
    newCache([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]),
  ).toThrow(RangeError);
});

const steps = fc.array(
  fc.record({
    what: fc.constantFrom('write', 'write', 'write', 'stored', 'stored', 'failed', 'crash'),
    key: fc.constantFrom('a', 'b', 'c'),
    isDeletion: fc.boolean(),
  }),
  { minLength: 60, maxLength: 120 },
);

test('[WT1, WT2, WT3, WT7] whenever it crashes, what was read and what was told to be written is in the store, or something later is', () => {
  let told = 0;
  fc.assert(
    fc.property(steps, (all) => {
      const store = new Map<string, number>();
      /** By key, the last version that somebody was told of. */
      const promised = new Map<string, number>();
      const versionOf = new Map<string, number>();
      const options = { maxEntries: 3, maxWaiting: 99 };
      let cache = new WriteThrough<string, number, { key: string; version: number }>(options);
      let out = new Map<string, { value: number | null; version: number }>();
      let waiting = 0;
      let version = 0;
      const take = (
        outputs: readonly WriteThroughOutput<string, number, { key: string; version: number }>[],
        latest: (key: string) => number,
      ): void => {
        for (const output of outputs) {
          if (output.kind === 'store') {
            expect(out.has(output.key)).toBe(false);
            out.set(output.key, { value: output.value, version: latest(output.key) });
            continue;
          }
          waiting -= output.writers.length;
          if (output.kind !== 'written') continue;
          told += output.writers.length;
          for (const { key, version: written } of output.writers) {
            promised.set(key, Math.max(written, promised.get(key) ?? 0));
          }
        }
      };
      const latest = new Map<string, number>();
      const latestOf = (key: string): number => latest.get(key) ?? 0;
      for (const { what, key, isDeletion } of all) {
        const going = out.get(key);
        if (what === 'write') {
          version += 1;
          waiting += 1;
          latest.set(key, version);
          take(cache.write(key, isDeletion ? null : version, { key, version }), latestOf);
        } else if (what === 'crash') {
          cache = new WriteThrough(options, store);
          out = new Map();
          waiting = 0;
        } else if (going !== undefined) {
          out.delete(key);
          if (what === 'stored') {
            if (going.value === null) store.delete(key);
            else store.set(key, going.value);
            versionOf.set(key, going.version);
            take(cache.stored(key), latestOf);
          } else take(cache.failed(key), latestOf);
        }
        for (const each of ['a', 'b', 'c']) {
          expect(cache.read(each)).toBe(store.get(each));
          expect(versionOf.get(each) ?? 0).toBeGreaterThanOrEqual(promised.get(each) ?? 0);
        }
        expect(waiting > 0).toBe(out.size > 0);
      }
    }),
    { seed: 14, numRuns: 500 },
  );
  expect(told).toBeGreaterThan(1_000);
});
