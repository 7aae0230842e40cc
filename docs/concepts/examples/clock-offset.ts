/** A clock that is 90 seconds ahead, asked over a network that is slow now and then; after an hour it is set. */
import { OffsetEstimate, seededRandom } from '@bothy/protocols';

const estimate = new OffsetEstimate({ driftPpm: 100 });
const random = seededRandom('slow at first');
let nowMs = 0;
let aheadMs = 90_000;

const theirs = (): number => Math.floor(nowMs + aheadMs);
/** One way; one in four is slow. */
const travel = (): void => {
  nowMs += 2 + random.next() * (random.below(4) === 0 ? 900 : 8);
};

function ask(): string {
  const sentMs = nowMs;
  travel();
  const heardMs = theirs();
  const answeredMs = theirs();
  travel();
  return estimate.add({ sentMs, heardMs, answeredMs, receivedMs: nowMs });
}

function show(when: string): void {
  const said = estimate.at(nowMs);
  if (said === undefined) return;
  const { offsetMs, errorMs } = said;
  const isTrue = Math.abs(offsetMs - aheadMs) <= errorMs;
  console.log(
    `${when}: ${offsetMs.toFixed(1)} ms ahead, at most ${errorMs.toFixed(1)} off; ${isTrue ? 'true' : 'false'}`,
  );
}

ask();
show('the first answer');
for (let i = 0; i < 7; i++) {
  nowMs += 5_000;
  ask();
}
show('the best of eight');
nowMs += 3_600_000;
show('an hour later');
aheadMs = 5;
console.log(`their clock is set; the next answer: ${ask()}`);
show('after it');
