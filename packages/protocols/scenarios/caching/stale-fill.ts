/**
 * The stale-write race: a look-up has read the old value, a writer writes and invalidates, and then the look-up fills the
 * cache with what it read. Everybody reads the old value, for as long as nobody writes again. With leases a look-up that
 * a write overtook fills nothing.
 */
import { CacheAside } from '../../src/caching/cache-aside.ts';
import { LruCache } from '../../src/caching/lru-cache.ts';
import type { Flight } from '../../src/caching/single-flight.ts';
import type { Operation, RegisterInput, RegisterOutput } from '../../src/consistency/operation.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';
import { expectOneRegister } from '../one-register.ts';

const name = 'protocols/stale-fill';
const breaks = 'one register';
const key = 'x';
const clients = 4;
const operations = 12;

interface Asked {
  readonly client: string;
  readonly calledMs: number;
}

export const staleFill: KnownFailure = {
  name,
  title: 'A slow look-up fills the cache with what a write has replaced meanwhile',
  source: 'Nishtala et al.: "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1 (stale sets)',
  breaks,
  seeds: 20,
  scenario: (isFixed) =>
    narrated(variantOf(name, isFixed), 'Four clients read and write through a cache', (simulation) => {
      const random = simulation.random('clients');
      const wayMs = (): number => 1 + random.below(20);
      const cache = new CacheAside<string, string | null, Asked>({ maxEntries: 4, maxFlights: 99 });
      /** What look-ups without leases have put there. */
      const forced = new LruCache<string, string | null>({ maxEntries: 4 });
      const history: Operation<RegisterInput, RegisterOutput>[] = [];
      let stored: string | null = null;
      let values = 0;
      let refills = 0;
      const say = (line: string): void => simulation.note(line);
      const done = ({ client, calledMs }: Asked, input: RegisterInput, output: RegisterOutput): void => {
        history.push({ client, input, output, calledMs, answeredMs: simulation.nowMs });
        next(client);
      };
      const read = (asked: Asked): void => {
        const old = forced.get(key);
        if (old !== undefined) return done(asked, { kind: 'read', key }, old);
        const answer = cache.ask(key, asked);
        if (answer.kind === 'hit') return done(asked, { kind: 'read', key }, answer.value);
        if (answer.kind !== 'load') return;
        lookUp(answer.load, asked.client);
      };
      const lookUp = (load: Flight<string>, client: string): void => {
        say(`${client} looks it up`);
        simulation.after(wayMs(), () => {
          const seen = stored;
          simulation.after(wayMs(), () => {
            const { waiters, kept, next: again } = cache.loaded(load, seen);
            if (again !== undefined) lookUp(again, client);
            if (!kept) refills += 1;
            // The one switch: whether a look-up that a write overtook fills the cache.
            if (!kept && !isFixed) forced.set(key, seen);
            say(`${client} was told ${seen}${kept ? '' : ', which a write overtook'}`);
            for (const each of waiters) done(each, { kind: 'read', key }, seen);
          });
        });
      };
      const write = (asked: Asked): void => {
        values += 1;
        const value = `v${values}`;
        simulation.after(wayMs(), () => {
          stored = value;
          say(`${asked.client} has ${value} in the store`);
          simulation.after(wayMs(), () => {
            cache.invalidate(key);
            forced.delete(key);
            done(asked, { kind: 'write', key, value }, 'done');
          });
        });
      };
      const left = new Map<string, number>();
      const next = (client: string): void => {
        const rest = left.get(client) ?? 0;
        if (rest === 0) return;
        left.set(client, rest - 1);
        simulation.after(random.below(10), () => {
          const asked = { client, calledMs: simulation.nowMs };
          if (random.below(4) === 0) write(asked);
          else read(asked);
        });
      };
      for (let at = 0; at < clients; at++) {
        const client = String.fromCharCode(97 + at);
        left.set(client, operations);
        next(client);
      }
      simulation.runUntilIdle(60_000);
      if (history.length !== clients * operations)
        simulation.fail('everybody is answered', `${history.length}`);
      expectOneRegister(simulation, breaks, history);
      return { operations: history.length, overtaken: refills };
    }),
};
