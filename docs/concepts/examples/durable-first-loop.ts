/** A core that keeps a diary, on a disk that takes five milliseconds and then breaks. */
import type { Core, Persist } from '@bothy/protocols';
import { Loop, VirtualTime } from '@bothy/runtime';

type Input = { readonly kind: 'write'; readonly text: string };
type Output = Persist<string> | { readonly kind: 'reply'; readonly text: string; readonly early?: true };

/** Says at once that it heard, and that the entry is kept once it is. */
const diary: Core<Input, Output> = {
  step: ({ text }) => [
    { kind: 'persist', writes: [text] },
    { kind: 'reply', text: `"${text}" is kept` },
    { kind: 'reply', text: `heard "${text}"`, early: true },
  ],
};

const time = new VirtualTime();
const print = (line: string): void => console.log(`${String(time.monoMs()).padStart(2)} ms  ${line}`);
let isBroken = false;

const loop = new Loop(diary, {
  clock: time,
  timers: time,
  storage: {
    commit: (writes, done) => {
      time.set(5, () => {
        if (isBroken) return done(new Error('the disk is full'));
        print(`disk: ${writes.join(', ')}`);
        done();
      });
    },
  },
  perform: ({ text }) => print(text),
  ask: () => {},
  failed: (error) => print(`the instance ends: ${error.code}`),
});

loop.submit({ kind: 'write', text: 'snow' });
time.advance(2);
loop.submit({ kind: 'write', text: 'wind' });
loop.submit({ kind: 'write', text: 'fog' });
time.advance(10);
isBroken = true;
loop.submit({ kind: 'write', text: 'sun' });
time.advance(10);
print(`more is ${loop.submit({ kind: 'write', text: 'rain' }) ? 'taken' : 'refused'}`);
