/** One network is punctual, one is not. When does a fixed timeout suspect, and when does a level of doubt? */
import { PhiAccrualDetector, seededRandom } from '@bothy/protocols';

const minutes = 60;
const fixedTimeoutMs = 2_000;

function watch(name: string, spreadMs: number): void {
  const random = seededRandom(name);
  const detector = new PhiAccrualDetector({ expectedIntervalMs: 1_000, minDeviationMs: 20, startMs: 0 });
  let heardMs = 0;
  let byTimeout = 0;
  let byPhi = 0;
  for (let count = 1; count <= minutes * 60; count++) {
    // One sign of life a second, late by a sum of three uniform delays.
    const delay = (random.next() + random.next() + random.next()) * spreadMs;
    const nextMs = Math.max(heardMs, count * 1_000 + delay);
    if (nextMs - heardMs > fixedTimeoutMs) byTimeout += 1;
    if (nextMs > detector.suspectedAtMs(8)) byPhi += 1;
    heardMs = nextMs;
    detector.heard(heardMs);
  }
  const foundMs = detector.suspectedAtMs(8) - heardMs;
  console.log(`${name}: wrongly suspected in an hour: ${byTimeout} by timeout, ${byPhi} by phi 8`);
  console.log(
    `${name}: found dead after ${fixedTimeoutMs} ms by timeout, ${Math.round(foundMs)} ms by phi 8`,
  );
}

watch('cable', 20);
watch('radio', 900);
