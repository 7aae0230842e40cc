/**
 * A missed invalidation: a node caches what another keeps and is told what changes there; one of these messages is lost,
 * and a cache that hears nothing looks just like one where nothing has changed. With numbers the next message, or the
 * next heartbeat, shows the gap.
 */
import {
  type Invalidation,
  InvalidationFollower,
  InvalidationSender,
} from '../../src/caching/invalidations.ts';
import { ReadThrough, type ReadThroughOutput } from '../../src/caching/read-through.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

const name = 'protocols/missed-invalidation';
const breaks = 'nothing old stays cached';
const keys = ['hut', 'lake', 'shed', 'mill'];
const forMs = 10_000;
const heartbeatMs = 500;

export const missedInvalidation: KnownFailure = {
  name,
  title: 'A message about a change is lost, and what it was about stays cached',
  source: 'Barbará, Imieliński: "Sleepers and Workaholics", SIGMOD 1994, section 3',
  breaks,
  seeds: 10,
  scenario: (isFixed) =>
    narrated(
      variantOf(name, isFixed),
      'A node caches rooms of another, over a network that loses',
      (simulation) => {
        const random = simulation.random('world');
        const { network } = simulation;
        network.setFaults({ loss: 0.1, duplicate: 0.05, minDelayMs: 1, maxDelayMs: 50, reorder: true });
        const sender = new InvalidationSender<string>('boot', 10);
        const follower = new InvalidationFollower<string>();
        const cache = new ReadThrough<string, number, number>({ maxEntries: 99, maxFlights: 999 });
        const store = new Map(keys.map((key) => [key, 0]));
        const counts = { reads: 0, lookUps: 0, changes: 0, gaps: 0 };
        let isOver = false;
        const take = (outputs: readonly ReadThroughOutput<string, number, number>[]): void => {
          for (const output of outputs) {
            if (output.kind === 'answer') {
              const got = output.answer.kind === 'value' ? output.answer.value : undefined;
              const [at = 0] = output.waiters;
              const key = keys[at] ?? '';
              if (!isOver || got === store.get(key)) continue;
              simulation.fail(breaks, `${key} is read as ${got}, and has been ${store.get(key)} for seconds`);
            }
            // A question is asked again until it is answered: that it takes time is all that matters.
            if (output.kind === 'load') {
              counts.lookUps += 1;
              const { load } = output;
              simulation.after(random.below(40), () => {
                const value = store.get(load.key) ?? 0;
                simulation.after(random.below(40), () => take(cache.loaded(load, { kind: 'value', value })));
              });
            }
          }
        };
        network.on('follower', (_, message) => {
          const said = message as Invalidation<string>;
          const heard = follower.heard(said);
          if (heard.kind === 'dropAll') counts.gaps += 1;
          // The one switch: whether the numbers are looked at.
          const isGap = isFixed && heard.kind === 'dropAll';
          simulation.note(`number ${said.number} of ${said.keys.join() || 'a heartbeat'}: ${heard.kind}`);
          cache.invalidateWhere((key) => isGap || said.keys.includes(key));
        });
        const read = (): void => {
          counts.reads += 1;
          const at = random.below(keys.length);
          take(cache.read(keys[at] ?? '', at));
          if (simulation.nowMs < forMs) simulation.after(random.below(40), read);
        };
        const change = (): void => {
          counts.changes += 1;
          const key = keys[random.below(keys.length)] ?? '';
          store.set(key, counts.changes);
          for (const message of sender.changed([key])) {
            simulation.note(`${key} is ${counts.changes} now, which goes out as number ${message.number}`);
            network.send('sender', 'follower', message);
          }
          if (simulation.nowMs < forMs) simulation.after(random.below(400), change);
        };
        const beat = (): void => {
          network.send('sender', 'follower', sender.heartbeat());
          if (simulation.nowMs < forMs + 20 * heartbeatMs) simulation.after(heartbeatMs, beat);
        };
        read();
        change();
        beat();
        simulation.run(forMs + 20 * heartbeatMs + 1_000);
        isOver = true;
        for (const [at, key] of keys.entries()) take(cache.read(key, at));
        simulation.run(1_000);
        return counts;
      },
    ),
};
