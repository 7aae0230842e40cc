/** A noticeboard of rooms that another node keeps: fifty people open the same page, and somebody mistypes an id. */
import { ReadThrough, type ReadThroughOutput } from '@bothy/protocols';

const store = new Map([['hut', 'Hut by the lake']]);
const cache = new ReadThrough<string, string, string>({
  maxEntries: 1_000,
  maxFlights: 50,
  ttlMs: 60_000,
  absentTtlMs: 5_000,
});
let nowMs = 0;
let lookUps = 0;
let told = 0;

/** The only place that knows the store. */
function carryOut(outputs: readonly ReadThroughOutput<string, string, string>[]): void {
  for (const output of outputs) {
    if (output.kind === 'answer') told += output.waiters.length;
    else {
      lookUps += 1;
      pending.push(output.load);
    }
  }
}
const pending: { readonly key: string }[] = [];

function storeAnswers(): void {
  for (const load of pending.splice(0)) {
    const value = store.get(load.key);
    carryOut(cache.loaded(load, value === undefined ? { kind: 'absent' } : { kind: 'value', value }, nowMs));
  }
}

for (let person = 1; person <= 50; person++) carryOut(cache.read('hut', `person ${person}`, nowMs));
storeAnswers();
console.log(`50 people read "hut": ${lookUps} look-up, ${told} told`);

for (let second = 0; second < 10; second++) {
  nowMs += 1_000;
  carryOut(cache.read('hutt', 'a script with a typing error', nowMs));
  storeAnswers();
}
console.log(`"hutt" is asked for 10 times in 10 s: ${lookUps - 1} look-ups`);

store.set('hut', 'Hut by the sea');
cache.invalidate('hut');
carryOut(cache.read('hut', 'person 51', nowMs));
storeAnswers();
console.log(`renamed, and read again: ${lookUps - 3} look-up`);
