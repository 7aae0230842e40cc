import { BothyError } from '@bothy/wire';
import { expect, test } from 'vitest';
import { persist, ScriptedWorld, send } from './scripted-core.ts';

test('[LP8] one commit is in flight; persists given meanwhile join the next one, in order', () => {
  const world = new ScriptedWorld();
  for (const write of ['a', 'b', 'c']) world.do(persist(write));
  expect(world.log).toEqual(['commit a']);
  world.storeAnswers();
  expect(world.log).toEqual(['commit a', 'commit b c']);
  expect(world.loop.idle).toBe(false);
  world.storeAnswers();
  expect(world.loop.idle).toBe(true);
});

test('[LP8] persists of inputs that were queued together join one commit', () => {
  const world = new ScriptedWorld();
  world.onPerform = () => {
    world.do(persist('a'));
    world.do(persist('b'));
  };
  world.do(send('go'));
  expect(world.log).toEqual(['go', 'commit a b']);
});

test('[LP8] what is persisted until the host begins a commit joins it, and leaves with it', () => {
  const begins: (() => void)[] = [];
  const world = new ScriptedWorld({ beginCommit: (begin) => void begins.push(begin) });
  const begin = (): void => begins.shift()?.();
  for (const name of ['a', 'b']) world.do(persist(name), send(`sent ${name}`));
  expect(world.log).toEqual([]);
  expect([begins.length, world.loop.idle]).toEqual([1, false]);
  begin();
  world.do(persist('c'), send('sent c'));
  expect(world.log).toEqual(['commit a b']);
  world.storeAnswers();
  expect(world.log).toEqual(['commit a b', 'sent a', 'sent b']);
  begin();
  world.storeAnswers();
  expect(world.log.slice(3)).toEqual(['commit c', 'sent c']);
  expect([begins.length, world.loop.idle]).toEqual([0, true]);
});

test('[LP8] a commit that the host begins twice is committed once', () => {
  const begins: (() => void)[] = [];
  const world = new ScriptedWorld({ beginCommit: (begin) => void begins.push(begin) });
  world.do(persist('a'));
  begins[0]?.();
  world.do(persist('b'));
  begins[0]?.();
  expect(world.log).toEqual(['commit a']);
});

test('[LP16] a commit that had not begun at the end never begins', () => {
  const begins: (() => void)[] = [];
  const world = new ScriptedWorld({ beginCommit: (begin) => void begins.push(begin) });
  world.do(persist('a'), send('never'));
  world.loop.stop();
  begins[0]?.();
  expect(world.log).toEqual([]);
});

test('[LP9] the core learns of each durable persist, then what was held is released', () => {
  const world = new ScriptedWorld();
  world.core.reactions = { durable: [send('heard of it')] };
  world.do(persist('first'));
  world.do(persist('a', 'ta'), send('1'), persist('b'), persist('c', 'tc'), send('2'));
  world.storeAnswers();
  world.storeAnswers();
  const durable = world.core.inputs.filter((input) => input.kind === 'durable');
  expect(durable).toEqual([
    { kind: 'durable', token: 'ta' },
    { kind: 'durable', token: 'tc' },
  ]);
  // The reaction was given after '1' and '2', so it leaves after them.
  expect(world.log).toEqual(['commit first', 'commit a b c', '1', '2', 'heard of it', 'heard of it']);
});

test('[LP9] what a `durable` step writes holds back what it gives, not what was given before', () => {
  const world = new ScriptedWorld();
  world.core.reactions = { durable: [persist('second'), send('2')] };
  world.do(persist('first', 't'), send('1'));
  world.storeAnswers();
  expect(world.log).toEqual(['commit first', 'commit second', '1']);
  world.storeAnswers();
  expect(world.log.at(-1)).toBe('2');
});

test('[LP9] a store that is done at once gives the same order as one that takes time', () => {
  const order = (isInstant: boolean): string[] => {
    const world = new ScriptedWorld();
    world.core.reactions = { durable: [send('durable')] };
    if (isInstant) world.onCommit = (commit) => commit.done();
    world.do(send('1'), persist('a', 't'), send('2'));
    while (world.commits.length > 0) world.storeAnswers();
    expect(world.loop.idle).toBe(true);
    return world.log;
  };
  expect(order(true)).toEqual(['1', 'commit a', '2', 'durable']);
  expect(order(false)).toEqual(order(true));
});

test('[LP9] a store that is done at once tells the core also when nothing is held', () => {
  const world = new ScriptedWorld();
  world.onCommit = (commit) => commit.done();
  world.do(persist('a', 't'));
  expect(world.core.inputs.at(-1)).toEqual({ kind: 'durable', token: 't' });
});

test('[LP10] a commit that fails ends the instance, once', () => {
  const world = new ScriptedWorld();
  world.do(persist('w'), send('never'), { kind: 'setTimer', key: 'k', afterMs: 1 });
  world.storeAnswers(new Error('disk full'));
  expect(world.log).toEqual(['commit w', 'failed storage_failed']);
  expect(world.failures[0]?.message).toBe('disk full');
  expect(world.loop.ended).toBe(true);
  expect(world.do(send('later'))).toBe(false);
  expect(world.loop.refusedInputs).toBe(1);
  world.time.advance(10);
  expect(world.core.inputs).toHaveLength(1);
});

test('[LP10] the store may name its own error', () => {
  const world = new ScriptedWorld();
  world.do(persist('w'));
  world.storeAnswers(new BothyError('database_corrupt', 'a page does not match its checksum'));
  expect(world.log.at(-1)).toBe('failed database_corrupt');
});

test('[LP10] a store that throws is a store that failed', () => {
  const world = new ScriptedWorld();
  world.onCommit = () => {
    throw new Error('closed');
  };
  world.do(persist('w'), send('never'));
  expect(world.log).toEqual(['commit w', 'failed storage_failed']);
});

test('[LP11] a store that never answers ends the instance when too much waits', () => {
  const world = new ScriptedWorld({ maxHeldOutputs: 3 });
  world.do(persist('a'));
  world.do(send('1'), send('2'), send('3'));
  expect(world.loop.ended).toBe(false);
  world.do(send('4'));
  expect(world.log).toEqual(['commit a', 'failed storage_failed']);
});

test('[LP11] waiting persists count as held', () => {
  const world = new ScriptedWorld({ maxHeldOutputs: 2 });
  for (const write of ['in flight', 'a', 'b']) world.do(persist(write));
  expect(world.loop.ended).toBe(false);
  world.do(persist('c'));
  expect(world.log).toEqual(['commit in flight', 'failed storage_failed']);
});

test('[LP17] a store that says done twice is heard once', () => {
  const world = new ScriptedWorld();
  world.do(persist('a'));
  const [first] = world.commits;
  world.storeAnswers();
  world.do(persist('b'), send('after b'));
  first?.done();
  expect(world.log).toEqual(['commit a', 'commit b']);
});
