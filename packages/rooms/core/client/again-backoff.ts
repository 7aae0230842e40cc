/** Waits between tries of what was refused for now, as long as it takes. */
import { ExponentialBackoff, type Random } from '@bothy/protocols';
import { clientTiming } from './config.ts';

export function againBackoff(random: Random): ExponentialBackoff {
  const { againBaseMs: baseMs, againMaxMs: maxMs } = clientTiming;
  const maxAttempts = Number.POSITIVE_INFINITY;
  return new ExponentialBackoff({ baseMs, factor: 2, maxMs, maxAttempts, jitter: 'equal' }, random);
}
