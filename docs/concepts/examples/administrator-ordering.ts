/** One node orders a room for all; it falls asleep, another one takes over, and what the first one writes too late is refused. */
import type { Core, Persist } from '@bothy/protocols';
import { Loop, VirtualTime } from '@bothy/runtime';
import { BothyError } from '@bothy/wire';

interface Entry {
  readonly epoch: number;
  readonly seq: number;
  readonly body: string;
}
/** Somebody at the node `from` has written `body`; that node forwards it. */
type Forward = { readonly kind: 'forward'; readonly from: string; readonly body: string };
type Output =
  | Persist<Entry>
  | { readonly kind: 'answer' | 'deliver'; readonly to: string; readonly entry: Entry };

/** Numbers what arrives. The loop holds answer and delivery until the entry is durable. */
function administrator(epoch: number, lastSeq: number): Core<Forward, Output> {
  let seq = lastSeq;
  return {
    step: ({ from, body }) => {
      seq += 1;
      const entry = { epoch, seq, body };
      return [
        { kind: 'persist', writes: [entry] },
        { kind: 'answer', to: from, entry },
        ...['hut', 'barn', 'mill'].map((to) => ({ kind: 'deliver', to, entry }) as const),
      ];
    },
  };
}

const time = new VirtualTime();
const print = (line: string): void => console.log(`${String(time.monoMs()).padStart(2)} ms  ${line}`);
/** The log, wherever it is kept. It knows the highest epoch, and takes nothing of a lower one. */
const log: Entry[] = [];
let highest = 0;

/** Claims the room: from here on older administrators are fenced off. Numbers go on where the log ends. */
function administer(node: string): Loop<Forward, Output> {
  highest += 1;
  const epoch = highest;
  print(`${node} administers the room in epoch ${epoch}, after entry ${log.length}`);
  return new Loop(administrator(epoch, log.length), {
    clock: time,
    timers: time,
    storage: {
      commit: (writes, done) => {
        time.set(5, () => {
          if (epoch < highest) return done(new BothyError('fenced', `epoch ${epoch} was replaced`));
          log.push(...writes);
          done();
        });
      },
    },
    perform: ({ kind, to, entry }) => {
      const what = kind === 'answer' ? 'is told that it is kept' : 'shows it';
      print(`${entry.epoch}/${entry.seq} ${entry.body}: ${to} ${what}`);
    },
    ask: () => {},
    failed: (error) => print(`${node} stops ordering: ${error.code}, ${error.message}`),
  });
}

const hut = administer('hut');
hut.submit({ kind: 'forward', from: 'barn', body: 'Tea?' });
hut.submit({ kind: 'forward', from: 'mill', body: 'Yes' });
time.advance(10);
hut.submit({ kind: 'forward', from: 'mill', body: 'Two' });
time.advance(1);
const barn = administer('barn');
time.advance(9);
barn.submit({ kind: 'forward', from: 'mill', body: 'Two' });
time.advance(10);
console.log(log.map(({ epoch, seq, body }) => `${epoch}/${seq} ${body}`).join(' · '));
