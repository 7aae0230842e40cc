/** One network is punctual, one is not. When is a node suspected after one and a half heartbeats, and when by its rhythm? */
import { HeartbeatDetector, RhythmDetector, seededRandom } from '@bothy/protocols';

const [intervalMs, timeoutMs, hours] = [1_000, 5_000, 24];

function watch(name: string, spreadMs: number): void {
  const random = seededRandom(name);
  const fixed = new HeartbeatDetector({ intervalMs, timeoutMs, startMs: 0 });
  const learned = new RhythmDetector({ intervalMs, timeoutMs, phi: 5, startMs: 0 });
  let heardMs = 0;
  const wrong = { fixed: 0, learned: 0 };
  for (let count = 1; count <= hours * 3_600; count++) {
    // A heartbeat a second, late by a sum of three uniform delays.
    const delayMs = (random.next() + random.next() + random.next()) * spreadMs;
    const nextMs = Math.max(heardMs, count * intervalMs + delayMs);
    if (fixed.state(nextMs) !== 'alive') wrong.fixed += 1;
    if (learned.state(nextMs) !== 'alive') wrong.learned += 1;
    heardMs = nextMs;
    fixed.heard(heardMs);
    learned.beat(heardMs);
  }
  const learnedMs = Math.round(learned.lateAtMs - heardMs);
  console.log(
    `${name}: wrongly suspected in a day: ${wrong.fixed} after 1.5 heartbeats, ${wrong.learned} by phi 5`,
  );
  console.log(`${name}: a crash is suspected after 1500 ms, or ${learnedMs} ms by phi 5`);
}

watch('cable', 20);
watch('radio', 300);
watch('mesh', 900);
