import { expect, test } from 'vitest';
import { lookup, persist, ScriptedWorld, send, setTimer } from './scripted-core.ts';

test('[LP3] a core that throws ends the instance, and its host is told', () => {
  const world = new ScriptedWorld();
  const error = new Error('a log has a hole');
  world.do(setTimer('k', 1));
  world.loop.submit({ kind: 'throw', error });
  expect(world.failures.map(({ code, message, cause }) => ({ code, message, cause }))).toEqual([
    { code: 'internal', message: 'a log has a hole', cause: error },
  ]);
  world.time.advance(1);
  expect(world.core.inputs).toHaveLength(2);
});

test('[LP3] a host that throws ends the instance too, also when the output had been held', () => {
  const world = new ScriptedWorld();
  world.onPerform = ({ text }) => {
    if (text === 'bad') throw new Error('no such link');
  };
  world.do(persist('w'), send('good'), send('bad'), send('never'));
  world.storeAnswers();
  expect(world.log).toEqual(['commit w', 'good', 'bad', 'failed internal']);
});

test('[LP3] nothing more of the step happens once the instance has ended', () => {
  const world = new ScriptedWorld();
  world.onPerform = () => world.loop.stop();
  world.do(send('1'), send('2'), persist('w'));
  expect(world.log).toEqual(['1']);
  expect(world.failures).toEqual([]);
});

test('[LP3] what is thrown after the end, or by `failed` itself, reaches the caller', () => {
  const mistake = new Error('a mistake of the host');
  const stopped = new ScriptedWorld();
  stopped.onPerform = () => {
    stopped.loop.stop();
    throw mistake;
  };
  expect(() => stopped.do(send('1'))).toThrow(mistake);
  const failed = new ScriptedWorld(
    { maxHeldOutputs: 1 },
    {
      failed: () => {
        throw mistake;
      },
    },
  );
  expect(() => failed.do(persist('w'), send('1'))).toThrow(mistake);
});

test('[LP15] the end clears every timer at the platform', () => {
  const world = new ScriptedWorld();
  world.do(setTimer('a', 1), setTimer('b', 2));
  expect(world.time.size).toBe(2);
  world.loop.stop();
  expect(world.time.size).toBe(0);
});

test('[LP16] after stop a commit that ends is heard no more, nor is an answer', () => {
  const world = new ScriptedWorld();
  world.do(lookup('q'), persist('w', 't'), send('1'));
  world.loop.stop();
  world.storeAnswers();
  world.answers.get('q')?.({ kind: 'found', id: 'q' });
  expect(world.do(send('2'))).toBe(false);
  expect(world.log).toEqual(['lookup q', 'commit w']);
  expect(world.core.inputs).toHaveLength(1);
  expect(world.loop.refusedInputs).toBe(2);
});

test('[LP16] after stop a commit that fails is not reported', () => {
  const world = new ScriptedWorld();
  world.do(persist('w'));
  world.loop.stop();
  world.storeAnswers(new Error('disk full'));
  expect(world.failures).toEqual([]);
});

test('[LP3] a step is seen by `observe` before its outputs take effect', () => {
  const seen: string[] = [];
  const world = new ScriptedWorld(undefined, {
    observe: (input, outputs) => seen.push(`${input.kind} ${outputs.length} ${world.log.length}`),
  });
  world.do(send('1'), send('2'));
  expect(seen).toEqual(['do 2 0']);
});
