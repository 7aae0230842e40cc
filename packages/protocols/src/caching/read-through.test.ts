import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReadThrough, type ReadThroughOutput } from './read-through.ts';

type Output = ReadThroughOutput<string, string, string>;

const newCache = (options = {}): ReadThrough<string, string, string> =>
  new ReadThrough({ maxEntries: 2, maxFlights: 2, maxWaiters: 2, ...options });

function loadOf(outputs: readonly Output[]) {
  const [output] = outputs;
  if (output?.kind !== 'load') throw new Error(`${output?.kind} instead of a look-up`);
  return output.load;
}

const value = (text: string) => ({ kind: 'value', value: text }) as const;
const absent = { kind: 'absent' } as const;
const said = (answer: unknown, ...waiters: string[]) => [{ kind: 'answer', waiters, answer }];

test('[RT1, RT2] the first who reads makes the cache ask the store, and one answer is for all who read meanwhile', () => {
  const cache = newCache();
  const load = loadOf(cache.read('a', 'ann'));
  expect(cache.read('a', 'ben')).toEqual([]);
  expect(cache.loaded(load, value('one'))).toEqual(said(value('one'), 'ann', 'ben'));
  expect(cache.read('a', 'cat')).toEqual(said(value('one'), 'cat'));
  expect(cache.loaded(load, value('late'))).toEqual([]);
});

test('[RT3] that there is nothing is kept, for its own time', () => {
  const cache = newCache({ ttlMs: 1_000, absentTtlMs: 100 });
  cache.loaded(loadOf(cache.read('a', 'ann', 0)), absent, 0);
  cache.loaded(loadOf(cache.read('b', 'ann', 0)), value('two'), 0);
  expect(cache.read('a', 'ben', 99)).toEqual(said(absent, 'ben'));
  const load = loadOf(cache.read('a', 'ben', 100));
  expect(cache.loaded(load, value('one'), 100)).toEqual(said(value('one'), 'ben'));
  expect(cache.read('b', 'ben', 999)).toEqual(said(value('two'), 'ben'));
  expect(cache.read('b', 'ben', 1_000)[0]?.kind).toBe('load');
});

test('[RT3] without a time it is kept as values are', () => {
  const cache = newCache();
  cache.loaded(loadOf(cache.read('a', 'ann')), absent);
  expect(cache.read('a', 'ben')).toEqual(said(absent, 'ben'));
});

test('[RT4] a store that cannot be asked is said to all who wait, and kept by nobody', () => {
  const cache = newCache();
  const load = loadOf(cache.read('a', 'ann'));
  cache.read('a', 'ben');
  expect(cache.failed(load)).toEqual(said({ kind: 'failed' }, 'ann', 'ben'));
  expect(cache.failed(load)).toEqual([]);
  expect(cache.read('a', 'cat')[0]?.kind).toBe('load');
});

test('[RT5] what changed is looked up anew, and a look-up from before fills nothing', () => {
  const cache = newCache();
  const load = loadOf(cache.read('a', 'ann'));
  cache.invalidate('a');
  expect(cache.loaded(load, value('old'))).toEqual(said(value('old'), 'ann'));
  const again = loadOf(cache.read('a', 'ben'));
  cache.loaded(again, value('new'));
  expect(cache.read('a', 'cat')).toEqual(said(value('new'), 'cat'));
});

test('[RT5] the same for all that is meant, cached or on its way, and for nothing else', () => {
  const cache = newCache();
  cache.loaded(loadOf(cache.read('n1/a', 'ann')), value('one'));
  cache.loaded(loadOf(cache.read('n2/b', 'ann')), value('two'));
  const load = loadOf(cache.read('n1/c', 'ann'));
  cache.invalidateWhere((key) => key.startsWith('n1/'));
  cache.loaded(load, value('old'));
  expect(cache.read('n2/b', 'ben')).toEqual(said(value('two'), 'ben'));
  expect(cache.read('n1/c', 'ben')[0]?.kind).toBe('load');
  expect(cache.read('n1/a', 'ben')[0]?.kind).toBe('load');
});

test('[RT6] what does not fit is refused, and options out of their range throw', () => {
  const cache = newCache();
  cache.read('a', 'ann');
  cache.read('b', 'ann');
  expect(cache.read('c', 'ann')).toEqual(said({ kind: 'refused' }, 'ann'));
  for (const absentTtlMs of [0, -1, Number.NaN]) expect(() => newCache({ absentTtlMs })).toThrow(RangeError);
  // Without a time what is absent would never be old, or always.
  const timed = newCache({ absentTtlMs: 100 });
  expect(() => timed.read('a', 'ann')).toThrow(RangeError);
  const load = loadOf(timed.read('a', 'ann', 0));
  expect(() => timed.loaded(load, absent)).toThrow(RangeError);
  expect(timed.loaded(load, absent, 0)).toEqual(said(absent, 'ann'));
  expect(timed.read('a', 'ben', 50)).toEqual(said(absent, 'ben'));
});

const steps = fc.array(
  fc.record({
    what: fc.constantFrom('read', 'read', 'read', 'loaded', 'loaded', 'failed', 'write', 'dropAll'),
    key: fc.constantFrom('a', 'b', 'c'),
    waitMs: fc.nat(60),
  }),
  { minLength: 60, maxLength: 120 },
);

test('[RT7] who reads gets what the store had at some moment since they asked, or since the last write, and exactly one answer', () => {
  let hits = 0;
  fc.assert(
    fc.property(steps, (all) => {
      const ttlMs = 200;
      const cache = new ReadThrough<string, number, number>({
        maxEntries: 2,
        maxFlights: 9,
        ttlMs,
        absentTtlMs: 50,
      });
      const store = new Map<string, { readonly value: number; readonly sinceMs: number }[]>();
      const flights: { load: { key: string }; seen: number | undefined }[] = [];
      const asked = new Map<number, { key: string; atMs: number }>();
      let [nowMs, version, reader] = [0, 0, 0];
      const now = (key: string): number | undefined => store.get(key)?.at(-1)?.value;
      const take = (outputs: readonly ReadThroughOutput<string, number, number>[]): void => {
        for (const output of outputs) {
          if (output.kind === 'load') flights.push({ load: output.load, seen: now(output.load.key) });
          else
            for (const waiter of output.waiters) {
              const { key = '', atMs = 0 } = asked.get(waiter) ?? {};
              expect(asked.delete(waiter)).toBe(true);
              if (output.answer.kind !== 'value' && output.answer.kind !== 'absent') continue;
              const got = output.answer.kind === 'value' ? output.answer.value : undefined;
              // Every write is invalidated at once: what was replaced before they asked is never given.
              const versions = [{ value: undefined, sinceMs: -1 }, ...(store.get(key) ?? [])];
              const at = versions.findIndex((each) => each.value === got);
              const replacedMs = versions[at + 1]?.sinceMs ?? Infinity;
              expect(replacedMs).toBeGreaterThan(atMs);
            }
        }
      };
      for (const { what, key, waitMs } of all) {
        nowMs += 1 + waitMs;
        const flight = flights[0];
        if (what === 'read') {
          reader += 1;
          asked.set(reader, { key, atMs: nowMs });
          const outputs = cache.read(key, reader, nowMs);
          if (outputs[0]?.kind === 'answer') hits += 1;
          take(outputs);
        } else if (what === 'write') {
          version += 1;
          store.set(key, [...(store.get(key) ?? []), { value: version, sinceMs: nowMs }]);
          cache.invalidate(key);
        } else if (what === 'dropAll') cache.invalidateWhere(() => true);
        else if (flight !== undefined) {
          flights.shift();
          const answer =
            flight.seen === undefined ? absent : ({ kind: 'value', value: flight.seen } as const);
          take(what === 'loaded' ? cache.loaded(flight.load, answer, nowMs) : cache.failed(flight.load));
        }
      }
      for (const { load } of flights) take(cache.failed(load));
      expect(asked.size).toBe(0);
    }),
    { seed: 12, numRuns: 500 },
  );
  expect(hits).toBeGreaterThan(500);
});
