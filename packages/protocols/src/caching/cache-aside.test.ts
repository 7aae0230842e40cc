import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CachedStore, type CacheWiring, type ClientScript } from '../../testing/cached-store.ts';
import { checkLinearizable } from '../consistency/linearizability.ts';
import { registerModel } from '../consistency/operation.ts';
import { CacheAside } from './cache-aside.ts';

const newCache = (ttlMs = Infinity): CacheAside<string, string, string> =>
  new CacheAside({ maxEntries: 2, maxFlights: 2, maxWaiters: 2, ttlMs });

function mustLoad(cache: CacheAside<string, string, string>, key: string, waiter: string, nowMs?: number) {
  const asked = cache.ask(key, waiter, nowMs);
  if (asked.kind !== 'load') throw new Error(`${asked.kind} instead of a look-up`);
  return asked.load;
}

test('[CS1, CS2] the first who asks looks up, others wait, later ones find it', () => {
  const cache = newCache();
  const load = mustLoad(cache, 'a', 'ann');
  expect(cache.ask('a', 'ben')).toEqual({ kind: 'wait' });
  expect(cache.loaded(load, 'one')).toEqual({ waiters: ['ann', 'ben'], kept: true });
  expect(cache.ask('a', 'cat')).toEqual({ kind: 'hit', value: 'one' });
});

test('[CS3] what was invalidated is looked up anew', () => {
  const cache = newCache();
  cache.loaded(mustLoad(cache, 'a', 'ann'), 'one');
  cache.invalidate('a');
  expect(cache.ask('a', 'ann').kind).toBe('load');
});

test('[CS4] a look-up that a write overtook answers who waits and fills nothing', () => {
  const cache = newCache();
  const load = mustLoad(cache, 'a', 'ann');
  cache.invalidate('a');
  expect(cache.ask('a', 'ben')).toEqual({ kind: 'wait' });
  const { next, ...old } = cache.loaded(load, 'old');
  expect(old).toEqual({ waiters: ['ann'], kept: false });
  expect(cache.ask('a', 'cat')).toEqual({ kind: 'wait' });
  expect(next && cache.loaded(next, 'new')).toEqual({ waiters: ['ben', 'cat'], kept: true });
  expect(cache.ask('a', 'dan')).toEqual({ kind: 'hit', value: 'new' });
});

test('[CS4] also where nobody asks in between', () => {
  const cache = newCache();
  const load = mustLoad(cache, 'a', 'ann');
  cache.invalidate('a');
  expect(cache.loaded(load, 'old').kept).toBe(false);
  expect(cache.ask('a', 'ben').kind).toBe('load');
});

test('[CS4] a write to another key voids nothing', () => {
  const cache = newCache();
  const load = mustLoad(cache, 'a', 'ann');
  cache.invalidate('b');
  expect(cache.loaded(load, 'one').kept).toBe(true);
});

test('[CS5] a look-up that failed is not remembered', () => {
  const cache = newCache();
  const load = mustLoad(cache, 'a', 'ann');
  cache.ask('a', 'ben');
  expect(cache.failed(load)).toEqual({ waiters: ['ann', 'ben'] });
  expect(cache.ask('a', 'cat').kind).toBe('load');
});

test('[CS4, CS5] one that a write overtook and that fails begins the next for who asked since', () => {
  const cache = newCache();
  const load = mustLoad(cache, 'a', 'ann');
  cache.invalidateWhere((key) => key === 'a');
  for (const waiter of ['ben', 'cat', 'dan']) cache.ask('a', waiter);
  // Written once more: the next one has not begun, and reads that too.
  cache.invalidate('a');
  expect(cache.ask('a', 'eve')).toEqual({ kind: 'refused' });
  const { waiters, next } = cache.failed(load);
  expect(waiters).toEqual(['ann']);
  expect(next && cache.loaded(next, 'new')).toEqual({ waiters: ['ben', 'cat'], kept: true });
});

test('[CS5] to end a look-up twice changes nothing', () => {
  const cache = newCache();
  const load = mustLoad(cache, 'a', 'ann');
  cache.failed(load);
  expect(cache.loaded(load, 'late')).toEqual({ waiters: [], kept: false });
  expect(cache.ask('a', 'ben').kind).toBe('load');
});

test('[CS6] more look-ups or waiters than fit are refused, and what is cached is given all the same', () => {
  const cache = newCache();
  cache.loaded(mustLoad(cache, 'c', 'ann'), 'three');
  const load = mustLoad(cache, 'a', 'ann');
  mustLoad(cache, 'b', 'ann');
  expect(cache.ask('d', 'ann')).toEqual({ kind: 'refused' });
  cache.ask('a', 'ben');
  expect(cache.ask('a', 'cat')).toEqual({ kind: 'refused' });
  expect(cache.ask('c', 'cat')).toEqual({ kind: 'hit', value: 'three' });
  expect(cache.loaded(load, 'one').waiters).toEqual(['ann', 'ben']);
});

test('[CS7] what is too old is looked up anew', () => {
  const cache = newCache(1_000);
  cache.loaded(mustLoad(cache, 'a', 'ann', 0), 'one', 100);
  expect(cache.ask('a', 'ben', 1_099).kind).toBe('hit');
  expect(cache.ask('a', 'ben', 1_100).kind).toBe('load');
});

/** Five clients that read and write, and the order of their steps. */
const races = fc.record({
  scripts: fc.array(fc.array(fc.constantFrom(null, null, 'w'), { minLength: 1, maxLength: 4 }), {
    minLength: 5,
    maxLength: 5,
  }),
  order: fc.array(fc.nat(4), { minLength: 20, maxLength: 80 }),
});

function isLinearizable(wiring: CacheWiring, scripts: readonly ClientScript[], order: readonly number[]) {
  let written = 0;
  // Each value is written once, so that a read says whose it saw.
  const named = scripts.map((script) => script.map((each) => (each === null ? null : `v${++written}`)));
  const store = new CachedStore(wiring, named);
  store.run(order);
  if (store.history.length !== named.flat().length) throw new Error('somebody was never answered');
  return checkLinearizable(store.history, registerModel).kind === 'holds';
}

test('[CS8] whatever the order of steps, readers and writers see one register', () => {
  fc.assert(
    fc.property(races, ({ scripts, order }) => isLinearizable('leases', scripts, order)),
    { seed: 6, numRuns: 1_000 },
  );
});

test.each(['noLeases', 'invalidatesFirst'] as const)(
  '[CS8] the same races find the fault of %s',
  (wiring) => {
    const found = fc.check(
      fc.property(races, ({ scripts, order }) => isLinearizable(wiring, scripts, order)),
      { seed: 6, numRuns: 1_000 },
    );
    expect(String(found.errorInstance)).toContain('returning false');
  },
);

test('[CS4, CS8] the race of a slow reader and a writer, with and without leases', async () => {
  const lines: string[] = [];
  for (const wiring of ['noLeases', 'leases'] as const) {
    const store = new CachedStore(wiring, [[null], ['new'], [null], [null]]);
    store.run([0, 0, 1, 3, 1, 1, 1, 1, 0, 0, 2, 2, 2]);
    const verdict = checkLinearizable(store.history, registerModel);
    lines.push(`${wiring}:`, ...store.transcript.map((line) => `  ${line}`), `  verdict: ${verdict.kind}`);
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/stale-fill.txt');
});
