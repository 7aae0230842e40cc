import { expect, test } from 'vitest';
import { lookup, persist, ScriptedWorld, seal, send, sendEarly, setTimer } from './scripted-core.ts';

test('[LP1] an input that comes while an output is performed is stepped afterwards, in order', () => {
  const world = new ScriptedWorld();
  world.onPerform = ({ text }) => {
    if (text !== 'a') return;
    world.do(send('from a, first'));
    world.do(send('from a, second'));
  };
  world.do(send('a'), send('b'));
  expect(world.log).toEqual(['a', 'b', 'from a, first', 'from a, second']);
});

test('[LP1] an input that comes while a held output is released does not overtake the rest', () => {
  const world = new ScriptedWorld();
  world.onPerform = ({ text }) => {
    if (text === 'a') world.do(send('from a'));
  };
  world.do(persist('w'), send('a'), send('b'));
  world.storeAnswers();
  expect(world.log).toEqual(['commit w', 'a', 'b', 'from a']);
});

test('[LP1] the core reads both clocks of the host with every input', () => {
  const world = new ScriptedWorld();
  world.do();
  world.time.advance(5.5);
  world.do();
  expect(world.core.nows).toEqual([
    { monoMs: 0, wallMs: 1_700_000_000_000 },
    { monoMs: 5.5, wallMs: 1_700_000_000_005 },
  ]);
});

test('[LP2] inputs beyond the limit are refused and counted', () => {
  const world = new ScriptedWorld({ maxQueuedInputs: 2 });
  const accepted: boolean[] = [];
  world.onPerform = ({ text }) => {
    if (text === 'go') for (let i = 0; i < 3; i++) accepted.push(world.do(send(String(i))));
  };
  world.do(send('go'));
  expect(accepted).toEqual([true, true, false]);
  expect(world.loop.refusedInputs).toBe(1);
  expect(world.log).toEqual(['go', '0', '1']);
});

test('[LP2] what the loop owes the core enters a full queue', () => {
  const world = new ScriptedWorld({ maxQueuedInputs: 1 });
  world.core.reactions = { found: [send('found')], durable: [send('durable')], timer: [send('timer')] };
  world.do(lookup('q'), persist('w', 't'), setTimer('k', 1));
  world.onPerform = ({ text }) => {
    if (text !== 'fill') return;
    world.do(send('last that fits'));
    world.answers.get('q')?.({ kind: 'found', id: 'q' });
    world.storeAnswers();
    world.time.advance(1);
  };
  world.do(sendEarly('fill'));
  expect(world.core.inputs.map((input) => input.kind)).toEqual([
    'do',
    'do',
    'do',
    'found',
    'durable',
    'timer',
  ]);
  expect(world.loop.refusedInputs).toBe(0);
});

test('[LP2] limits are whole numbers from 1', () => {
  expect(() => new ScriptedWorld({ maxQueuedInputs: 0 })).toThrow(RangeError);
  expect(() => new ScriptedWorld({ maxHeldOutputs: 1.5 })).toThrow(RangeError);
});

test('[LP4, LP5] outputs wait for the persists before them, and only for those', () => {
  const world = new ScriptedWorld();
  world.do(send('1'), persist('w1'), send('2'));
  world.do(send('3'), persist('w2'), send('4'));
  expect(world.log).toEqual(['1', 'commit w1']);
  world.storeAnswers();
  expect(world.log).toEqual(['1', 'commit w1', 'commit w2', '2', '3']);
  world.storeAnswers();
  expect(world.log.slice(5)).toEqual(['4']);
  expect(world.loop.idle).toBe(true);
});

test('[LP4] an output of a later step without persists still waits behind earlier ones', () => {
  const world = new ScriptedWorld();
  world.do(persist('w'), send('1'));
  world.do(send('2'));
  expect(world.log).toEqual(['commit w']);
  world.storeAnswers();
  expect(world.log).toEqual(['commit w', '1', '2']);
});

test('[LP5] an early output passes held ones', () => {
  const world = new ScriptedWorld();
  world.do(persist('w'), send('late'), sendEarly('early'));
  expect(world.log).toEqual(['early', 'commit w']);
  world.storeAnswers();
  expect(world.log).toEqual(['early', 'commit w', 'late']);
});

test('[LP6] a lookup reads what was written before it', () => {
  const world = new ScriptedWorld();
  world.do(persist('w'), lookup('q'), send('1'));
  expect(world.log).toEqual(['commit w']);
  world.storeAnswers();
  expect(world.log).toEqual(['commit w', 'lookup q', '1']);
});

test('[LP7] seals and timers do not wait for the store', () => {
  const world = new ScriptedWorld();
  world.do(persist('w'), seal('s'), setTimer('k', 10));
  expect(world.log).toEqual(['seal s', 'commit w']);
  world.time.advance(10);
  expect(world.core.inputs.at(-1)).toEqual({ kind: 'timer', key: 'k' });
});

test('[LP17] only the first answer to a question counts', () => {
  const world = new ScriptedWorld();
  world.do(seal('s'));
  world.answers.get('s')?.({ kind: 'sealed', id: 's' });
  world.answers.get('s')?.({ kind: 'sealed', id: 's' });
  expect(world.core.inputs.filter((input) => input.kind === 'sealed')).toHaveLength(1);
});
