/** A door that opens now and then: somebody looks at intervals, or is told. What does each cost, and how late is it? */
import { seededRandom } from '@bothy/protocols';

const hours = 24;
const endMs = hours * 3_600_000;
const random = seededRandom('a door');
/** When it opens; it stays open for 40 s. */
const openings: number[] = [];
for (let atMs = 0; atMs < endMs - 60_000; atMs += 600_000 + random.below(5_400_000)) openings.push(atMs);
const openMs = 40_000;

function poll(everyMs: number): string {
  const lateness: number[] = [];
  let missed = 0;
  for (const opening of openings) {
    const seenMs = Math.ceil(opening / everyMs) * everyMs;
    if (seenMs < opening + openMs) lateness.push(seenMs - opening);
    else missed += 1;
  }
  const mean = lateness.reduce((sum, each) => sum + each, 0) / lateness.length / 1_000;
  return `${endMs / everyMs} messages, ${mean.toFixed(1)} s late, ${missed} of ${openings.length} missed`;
}

/** Told at once, and a sign of life every minute: silence would otherwise look like a door that is shut. */
function events(): string {
  return `${2 * openings.length + endMs / 60_000} messages, at once, 0 of ${openings.length} missed`;
}

/** The same, on a network that loses one message in five; each sign of life repeats how the door is. */
function repeated(): string {
  let late = 0;
  let missed = 0;
  for (const opening of openings) {
    if (random.below(5) > 0) continue;
    const nextSignMs = Math.ceil(opening / 60_000) * 60_000;
    if (nextSignMs < opening + openMs) late += 1;
    else missed += 1;
  }
  return `${late} of ${openings.length} learned late from the sign of life, ${missed} missed`;
}

console.log(`looks every second: ${poll(1_000)}`);
console.log(`looks every minute: ${poll(60_000)}`);
console.log(`is told: ${events()}`);
console.log(`is told, one in five lost: ${repeated()}`);
