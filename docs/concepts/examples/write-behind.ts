/** Somebody scrolls through a room: their place in it changes twenty times a second. How often is it written? */
import { WriteBehind } from '@bothy/protocols';

const behind = new WriteBehind<string, number>({ maxDelayMs: 2_000, maxPending: 500 });
const disk = new Map<string, number>();
let commits = 0;
let marks = 0;

function flushWhenDue(nowMs: number): void {
  if (behind.dueMs > nowMs) return;
  for (const [person, seq] of behind.flush()) disk.set(person, seq);
  commits += 1;
  behind.flushed();
}

let nowMs = 0;
for (; nowMs < 7_000; nowMs += 50) {
  flushWhenDue(nowMs);
  behind.put('ann', nowMs / 50, nowMs);
  if (nowMs % 250 === 0) behind.put('ben', nowMs / 250, nowMs);
  marks += nowMs % 250 === 0 ? 2 : 1;
}
console.log(`${marks} marks, ${commits} commits`);
console.log(`ann has read up to ${behind.get('ann')}, the disk has ${disk.get('ann')}`);
console.log(`a crash now would cost ${behind.size} marks, none older than ${2_000} ms`);

for (const [person, seq] of behind.flush()) disk.set(person, seq);
behind.flushed();
console.log(`an end in order costs none: the disk has ${disk.get('ann')}`);
