/** Three machines, one of them with a slow wall clock; their logs are read as one. */
import { compareLamport, LamportClock, type LamportStamp } from '@bothy/protocols';

interface Line {
  readonly wall: string;
  readonly stamp: LamportStamp;
  readonly text: string;
}
const log: Line[] = [];

function machine(name: string) {
  const clock = new LamportClock({ process: name });
  return (wall: string, text: string, message?: LamportStamp): LamportStamp => {
    const taken = message === undefined ? undefined : clock.observe(message);
    const stamp = taken?.merged ? taken.at : clock.tick();
    log.push({ wall, stamp, text: `${name}: ${text}` });
    return stamp;
  };
}
const edge = machine('edge');
const node = machine('node');
// Five minutes slow.
const phone = machine('phone');

const reading = edge('10:00:00', 'reads 31.2 °C');
const alarm = node('10:00:01', 'raises an alarm', reading);
edge('10:00:05', 'reads 31.4 °C');
const seen = phone('09:55:02', 'shows the alarm', alarm);
const yes = phone('09:55:09', 'Ana acknowledges it', seen);
node('10:00:10', 'tells the room', yes);

console.log('By wall clock:');
for (const { wall, text } of log.toSorted((a, b) => (a.wall < b.wall ? -1 : 1)))
  console.log(`  ${wall} ${text}`);
console.log('By Lamport clock:');
for (const { stamp, text } of log.toSorted((a, b) => compareLamport(a.stamp, b.stamp))) {
  console.log(`  ${stamp.time} ${text}`);
}
