/**
 * A flood: one client asks a hundred times as often as the others. First come, first served is then unfair: they all wait
 * behind it. With a token bucket for each client it gets its rate, and they do not notice.
 */
import { TokenBuckets } from '../../src/resilience/token-buckets.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';
import { Service } from '../service.ts';

const name = 'protocols/flood';
const breaks = 'the others do not wait';
const others = 10;
const serviceMs = 5;
const patienceMs = 150;

export const flood: KnownFailure = {
  name,
  title: 'One client floods a node, and all others wait behind it',
  source:
    'Turner: "New Directions in Communications", IEEE Communications Magazine 24(10), 1986 (leaky bucket)',
  breaks,
  seeds: 5,
  scenario: (isFixed) =>
    narrated(variantOf(name, isFixed), 'Ten clients talk, and one floods', (simulation) => {
      const service = new Service(simulation, serviceMs);
      const buckets = new TokenBuckets({ perSecond: 8, burst: 8, maxKeys: 100 });
      const counts = { answered: 0, refused: 0, ofFlood: 0 };
      const ask = (client: string, everyMs: number): void => {
        if (simulation.nowMs > 10_000) return;
        const random = simulation.random(client);
        simulation.after(1 + random.below(2 * everyMs), () => ask(client, everyMs));
        // The one switch: whether a client has a rate.
        if (isFixed && !buckets.take(client, 1, simulation.nowMs)) {
          counts.refused += 1;
          return;
        }
        const atMs = simulation.nowMs;
        service.call(() => {
          counts.answered += 1;
          if (client === 'flood') counts.ofFlood += 1;
          const waitedMs = simulation.nowMs - atMs;
          if (client !== 'flood') simulation.note(`${client} is answered after ${waitedMs} ms`);
          if (client !== 'flood' && waitedMs > patienceMs) {
            simulation.fail(breaks, `${client} waited ${waitedMs} ms behind ${service.longestQueue} calls`);
          }
        });
      };
      for (let at = 1; at <= others; at++) ask(`client ${at}`, 250);
      ask('flood', 3);
      simulation.runUntilIdle(600_000);
      return { ...counts, longestQueue: service.longestQueue };
    }),
};
