/** A hundred people open the same room at once, somebody renames it meanwhile: what the store and the readers see. */
import { CacheAside } from '@bothy/protocols';

const store = new Map([['hut', 'Hut']]);
let lookUps = 0;

/** A look-up in two halves, because it takes time: the store is read now, its answer comes when `answer` is called. */
function lookUp(room: string): { readonly read: string } {
  lookUps += 1;
  return { read: store.get(room) ?? 'unknown' };
}

const cache = new CacheAside<string, string, string>({ maxEntries: 1_000, maxFlights: 50 });

const first = cache.ask('hut', 'person 1');
if (first.kind !== 'load') throw new Error('the cache is empty at first');
const slow = lookUp('hut');
for (let person = 2; person <= 100; person++) cache.ask('hut', `person ${person}`);
console.log(`100 people ask at once: ${lookUps} look-up`);

// The store has been read, its answer is on its way; the write and its invalidation overtake it.
store.set('hut', 'Hut by the lake');
cache.invalidate('hut');

const { waiters, kept } = cache.loaded(first.load, slow.read);
console.log(`the answer "${slow.read}" goes to ${waiters.length} people, kept: ${kept}`);

const next = cache.ask('hut', 'person 101');
if (next.kind === 'load') {
  const { read } = lookUp('hut');
  cache.loaded(next.load, read);
  console.log(`person 101 looks up again: "${read}"`);
}
const last = cache.ask('hut', 'person 102');
console.log(
  `person 102: ${last.kind}, "${last.kind === 'hit' ? last.value : ''}", ${lookUps} look-ups in all`,
);
