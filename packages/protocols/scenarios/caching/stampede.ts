/**
 * Cache stampede: everybody reads one key; its time is over, and until the first look-up is answered everybody looks it
 * up. The store answers one after the other, so that each look-up makes the next one slower. With single flight they
 * wait for one.
 */
import { LruCache } from '../../src/caching/lru-cache.ts';
import { SingleFlight } from '../../src/caching/single-flight.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';
import { Service } from '../service.ts';

interface Reader {
  readonly reader: number;
  readonly askedMs: number;
}

const key = 'popular';
const name = 'protocols/cache-stampede';
const breaks = 'the store keeps up';
const readers = 200;
const lookUpMs = 20;
const ttlMs = 1_000;
const forMs = 5_000;
/** A look-up that nothing waits before, and as much again. */
const patienceMs = 2 * lookUpMs;

export const cacheStampede: KnownFailure = {
  name,
  title: 'An entry that everybody reads grows old, and everybody looks it up at once',
  source: 'Nishtala et al.: "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1 (thundering herds)',
  breaks,
  seeds: 5,
  scenario: (isFixed) =>
    narrated(variantOf(name, isFixed), 'Two hundred read one entry of a cache', (simulation) => {
      const random = simulation.random('readers');
      const store = new Service(simulation, lookUpMs);
      const cache = new LruCache<string, string>({ maxEntries: 10, ttlMs });
      const flights = new SingleFlight<string, Reader>({ maxFlights: 10_000 });
      let reads = 0;
      let hits = 0;
      const answer = ({ reader, askedMs }: Reader): void => {
        const tookMs = simulation.nowMs - askedMs;
        if (tookMs <= patienceMs) return;
        simulation.fail(
          breaks,
          `reader ${reader} waited ${tookMs} ms: ${store.longestQueue} look-ups at once`,
        );
      };
      const lookUp = (reader: Reader): void => {
        const asked = flights.ask(key, reader);
        if (asked.kind !== 'begin') return;
        // The one switch: whether those who miss the same entry meanwhile wait for this look-up.
        if (!isFixed) flights.forget(key);
        simulation.note(`reader ${reader.reader} looks it up, look-up ${store.calls + 1}`);
        store.call(() => {
          cache.set(key, 'x', simulation.nowMs);
          for (const each of flights.end(asked.flight)) answer(each);
        });
      };
      const read = (reader: number): void => {
        reads += 1;
        if (cache.get(key, simulation.nowMs) !== undefined) hits += 1;
        else lookUp({ reader, askedMs: simulation.nowMs });
        simulation.after(random.below(200) + 1, () => read(reader));
      };
      for (let reader = 1; reader <= readers; reader++)
        simulation.after(random.below(200), () => read(reader));
      simulation.run(forMs);
      return { reads, hits, lookUps: store.calls, longestQueue: store.longestQueue };
    }),
};
