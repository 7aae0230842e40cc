/** A sensor in a greenhouse, a network that is away for an hour, and a shed that writes down what arrives. */
import { Outbox } from '@bothy/protocols';

interface Reading {
  readonly number: number;
  readonly minute: number;
}

const outbox = new Outbox({ mostItems: 50, mostBytes: 5_000, window: 10 });
const disk = new Map<number, Reading>();
const shed = new Map<number, Reading>();
let isConnected = true;
let twice = 0;
let lostWord = true;

/** The shed keeps the numbers that it has, and says that it has them; the first word of all is lost. */
function send(number: number): void {
  const reading = disk.get(number);
  if (reading === undefined) return;
  if (shed.has(number)) twice += 1;
  shed.set(number, reading);
  if (lostWord) lostWord = false;
  else if (outbox.confirm(number)) disk.delete(number);
}

function measure(minute: number): void {
  const { number, givenUp } = outbox.add(80);
  disk.set(number, { number, minute });
  for (const each of givenUp) disk.delete(each);
  if (isConnected && outbox.send(number)) send(number);
}

/** So many of what waited, behind what is new. */
function drain(most: number): number {
  for (let count = 0; count < most; count++) {
    const number = outbox.next();
    if (number === undefined) return count;
    send(number);
  }
  return most;
}

for (let minute = 1; minute <= 5; minute++) measure(minute);
console.log(`minute 5: the shed has ${shed.size}, the outbox ${outbox.size}: a word was lost`);
// What was not confirmed for a whole round waits again.
outbox.resend();
outbox.resend();
console.log(`a while later: ${drain(20)} sent again, ${twice} came twice, the outbox has ${outbox.size}`);

isConnected = false;
for (let minute = 6; minute <= 65; minute++) measure(minute);
console.log(
  `minute 65: ${outbox.size} wait, ${outbox.givenUp} were given up, the oldest is ${outbox.oldest}`,
);

isConnected = true;
measure(66);
console.log(`minute 66: the newest in the shed is ${[...shed.keys()].at(-1)}, ${outbox.waiting} still wait`);
for (let second = 1; outbox.size > 0; second++) console.log(`second ${second}: ${drain(20)} late ones sent`);
console.log(`the shed has ${shed.size} of 66, the outbox gave up ${outbox.givenUp}`);
