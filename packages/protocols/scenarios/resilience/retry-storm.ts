/**
 * Retry storm: a service was away, and all who lost it at the same moment come back at the same moments, after waits that
 * double in step. Each wave is more than it can answer, so that all of it has to wait again. With jitter they spread.
 */
import { ExponentialBackoff } from '../../src/resilience/exponential-backoff.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';
import { Service } from '../service.ts';

const name = 'protocols/retry-storm';
const breaks = 'they come back spread';
const clients = 300;
const outageMs = 3_000;
/** What the service answers in one of these windows. */
const windowMs = 100;
const serviceMs = 2;
const giveUpAtOnce = windowMs / serviceMs;

export const retryStorm: KnownFailure = {
  name,
  title: 'A service comes back, and everybody calls it at the same moments',
  source: 'Brooker: "Exponential Backoff and Jitter", AWS Architecture Blog, 2015',
  breaks,
  seeds: 5,
  scenario: (isFixed) =>
    narrated(
      variantOf(name, isFixed),
      'Three hundred clients lose a service, and get it back',
      (simulation) => {
        const service = new Service(simulation, serviceMs);
        service.isDown = true;
        simulation.after(outageMs, () => {
          service.isDown = false;
          service.longestQueue = 0;
          simulation.note('the service is back');
        });
        let served = 0;
        let attempts = 0;
        const call = (client: number, backoff: ExponentialBackoff): void => {
          attempts += 1;
          service.call((isDown) => {
            if (isDown) simulation.after(backoff.next() ?? 0, () => call(client, backoff));
            else served += 1;
          });
        };
        for (let client = 0; client < clients; client++) {
          // The one switch: whether waits have jitter.
          const jitter = isFixed ? 'full' : 'none';
          const options = { baseMs: 500, factor: 2, maxMs: 8_000, maxAttempts: Infinity, jitter } as const;
          const random = simulation.random(`client ${client}`);
          const backoff = new ExponentialBackoff(options, random);
          // The outage is noticed by all within a tick: what they sent comes to nothing.
          attempts += 1;
          simulation.after(random.below(10) + (backoff.next() ?? 0), () => call(client, backoff));
        }
        simulation.runUntilIdle(600_000);
        if (served !== clients) simulation.fail('all are served', `${served} of ${clients}`);
        simulation.note(`at most ${service.longestQueue} waited at once`);
        if (service.longestQueue > 2 * giveUpAtOnce) {
          simulation.fail(
            breaks,
            `${service.longestQueue} called at once, where ${giveUpAtOnce} are answered in time`,
          );
        }
        return { served, attempts, longestQueue: service.longestQueue };
      },
    ),
};
