/**
 * Naive resharding: which of n cache nodes has a key is its hash modulo n. When one is added nearly every key is another
 * node's, nearly every read misses, and the store behind gets in a second what the caches kept from it for days. On a
 * ring the keys that move go to the new node, and no others.
 */
import { LruCache } from '../../src/caching/lru-cache.ts';
import { HashRing } from '../../src/partitioning/hash-ring.ts';
import { keyHash } from '../../src/partitioning/key-hash.ts';
import { type Members, rebalanceReport } from '../../src/partitioning/rebalance-report.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';
import { Service } from '../service.ts';

const name = 'protocols/resharding';
const breaks = 'few keys move';
const keyCount = 2_000;
/** As the ring's shares are even within a quarter, and a little. */
const slack = 1.5;
const readsPerMs = 4;

export const resharding: KnownFailure = {
  name,
  title: 'A cache node is added, and by hash modulo count nearly every key is sought where it is not',
  source: 'Karger et al.: "Consistent Hashing and Random Trees", STOC 1997, section 1',
  breaks,
  seeds: 5,
  scenario: (isFixed) =>
    narrated(variantOf(name, isFixed), 'A cache node is added in front of a slow store', (simulation) => {
      const random = simulation.random('readers');
      const keys = Array.from({ length: keyCount }, () => `key ${random.below(2 ** 32)}`);
      const store = new Service(simulation, 1);
      const placed = (members: readonly string[]): Members => {
        // The one switch: how a key finds its member.
        if (!isFixed) return { members, ownerOf: (key) => members[keyHash(key) % members.length] };
        const ring = new HashRing(members.map((id) => ({ id })));
        return { members, ownerOf: (key) => ring.ownerOf(key) };
      };
      const before = placed(['a', 'b', 'c', 'd', 'e'].slice(0, 3 + random.below(3)));
      const after = placed([...before.members, 'new']);
      const caches = new Map(
        after.members.map((id) => [id, new LruCache<string, true>({ maxEntries: keyCount })]),
      );
      let now = before;
      let misses = 0;
      const read = (key: string): void => {
        const cache = caches.get(now.ownerOf(key) ?? '');
        if (cache?.get(key) === true) return;
        misses += 1;
        store.call(() => cache?.set(key, true));
      };
      for (const key of keys) read(key);
      simulation.runUntilIdle(60_000);
      simulation.note(`${before.members.length} caches hold ${keys.length} keys; one more comes`);
      now = after;
      misses = 0;
      const queueBefore = store.longestQueue;
      store.longestQueue = 0;
      for (const [at, key] of keys.entries()) {
        simulation.after(Math.floor(at / readsPerMs), () => read(key));
      }
      simulation.runUntilIdle(60_000);
      const { moved, leastMoved } = rebalanceReport(keys, before, after);
      simulation.note(`${moved} moved, ${leastMoved} had to; ${store.longestQueue} look-ups waited at once`);
      if (misses !== moved) simulation.fail('what moves misses', `${misses} misses, ${moved} moved`);
      if (moved > slack * leastMoved) {
        simulation.fail(breaks, `${moved} of ${keys.length} keys moved, where ${leastMoved} have to`);
      }
      return { keys: keys.length, moved, leastMoved, queueBefore, queueAfter: store.longestQueue };
    }),
};
