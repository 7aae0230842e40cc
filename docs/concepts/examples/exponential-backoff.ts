/** One link that tries again, and a thousand clients that all lost the same broker at once. */
import { ExponentialBackoff, seededRandom } from '@bothy/protocols';

const link = new ExponentialBackoff(
  { baseMs: 1_000, factor: 2, maxMs: 16_000, maxAttempts: 5, jitter: 'none' },
  seededRandom('link'),
);
const waits = Array.from({ length: 6 }, () => link.next() ?? 'wait to be asked');
console.log(`link: ${waits.join(', ')}`);

/** The most clients that come back within the same tenth of a second, over their first four attempts. */
function worstTenth(jitter: 'none' | 'full' | 'equal'): number {
  const arrivals = new Map<number, number>();
  for (let client = 0; client < 1_000; client++) {
    const backoff = new ExponentialBackoff(
      { baseMs: 1_000, factor: 2, maxMs: 30_000, maxAttempts: 4, jitter },
      seededRandom(`client ${client}`),
    );
    let atMs = 0;
    for (let waitMs = backoff.next(); waitMs !== undefined; waitMs = backoff.next()) {
      atMs += waitMs;
      const tenth = Math.floor(atMs / 100);
      arrivals.set(tenth, (arrivals.get(tenth) ?? 0) + 1);
    }
  }
  return Math.max(...arrivals.values());
}
for (const jitter of ['none', 'equal', 'full'] as const) {
  console.log(`1000 clients, jitter ${jitter}: at most ${worstTenth(jitter)} in one tenth of a second`);
}
