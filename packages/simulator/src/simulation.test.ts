import { expect, test } from 'vitest';
import { persist, probe, say } from './process-probe.ts';
import { Simulation } from './simulation.ts';
import { SimulationFailure } from './simulation-failure.ts';

function failureOf(run: () => void): SimulationFailure {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof SimulationFailure) return thrown;
    throw thrown;
  }
  throw new Error('the run did not fail');
}

test('[SIM2] two runs that differ only inside an input have different hashes', () => {
  const hashOf = (text: string): string => {
    const { simulation, do: submit } = probe();
    submit(say(text));
    return simulation.trace.hash;
  };
  expect(hashOf('a')).not.toBe(hashOf('b'));
  expect(hashOf('a')).toBe(hashOf('a'));
});

test('[SIM3] drawing from one concern changes nothing in another', () => {
  const draw = (disturb: boolean): number[] => {
    const simulation = new Simulation({ seed: '1' });
    if (disturb) for (let i = 0; i < 10; i++) simulation.random('other').next();
    return [simulation.random('mine').next(), simulation.random('mine').next()];
  };
  expect(draw(true)).toEqual(draw(false));
  const simulation = new Simulation({ seed: '1' });
  expect(simulation.random('mine').next()).not.toBe(simulation.random('other').next());
});

test('[SIM4] order of an instant, cancelling, and runs that go on', () => {
  const simulation = new Simulation({ seed: '1' });
  const ran: string[] = [];
  simulation.after(10, () => ran.push('a'));
  const cancel = simulation.after(10, () => ran.push('cancelled'));
  simulation.after(10, () => ran.push('b'));
  simulation.after(20, () => ran.push('c'));
  cancel();
  simulation.run(15);
  expect([simulation.nowMs, ran]).toEqual([15, ['a', 'b']]);
  simulation.run(15);
  expect([simulation.nowMs, ran]).toEqual([30, ['a', 'b', 'c']]);
});

test('[SIM4] a run until idle ends with the last event, or says that there is more', () => {
  const simulation = new Simulation({ seed: '1' });
  simulation.after(10, () => simulation.after(10, () => {}));
  expect(simulation.runUntilIdle(1_000)).toBe(true);
  expect(simulation.nowMs).toBe(20);
  simulation.after(50, () => {});
  expect(simulation.runUntilIdle(40)).toBe(false);
});

test('[SIM5] endless events fail the run', () => {
  const simulation = new Simulation({ seed: '1', maxEvents: 100 });
  const again = (): void => void simulation.after(0, again);
  again();
  expect(failureOf(() => simulation.run(1)).rule).toBe('bounded run');
});

test('[SIM5] one event with endless steps fails the run', () => {
  const world = probe({ perform: () => void world.do(say('again')) }, { maxEvents: 100 });
  const { simulation } = world;
  simulation.after(1, () => void world.do(say('once')));
  expect(failureOf(() => simulation.run(10)).rule).toBe('bounded run');
});

test('[SIM19] the first violation ends the run, and the failure says what, when and after what', () => {
  const { simulation, process, said, do: submit } = probe({}, { seed: '9' });
  simulation.addInvariant('says little', () => (said.length > 1 ? `it said ${said.join()}` : undefined));
  simulation.after(5, () => void submit(say('a')));
  simulation.after(6, () => void submit(say('b')));
  simulation.after(7, () => void submit(say('c')));
  const failure = failureOf(() => simulation.run(100));
  expect(failure).toMatchObject({ rule: 'says little', seed: '9', atMs: 6 });
  expect(failure.message).toBe('says little: it said a,b (seed 9, at 6 ms)');
  expect(failure.tail.at(-2)).toBe('6.000 probe do -> say');
  expect(failure.tail.at(-1)).toBe('6.000 VIOLATION says little: it said a,b');
  expect(said).toEqual(['a', 'b']);
  expect(process.alive).toBe(true);
  expect(failureOf(() => simulation.run(1)).message).toBe(failure.message);
});

test('[SIM19] a violation found at a step keeps its outputs from leaving, and the core from going on', () => {
  const { simulation, said, seen, do: submit } = probe();
  simulation.addInvariant('steps once', () => (seen.length > 1 ? 'it stepped again' : undefined));
  simulation.after(1, () => {
    submit(say('a'));
    submit(say('b'));
    submit(say('c'));
  });
  expect(failureOf(() => simulation.run(10)).rule).toBe('steps once');
  expect([said, seen.length]).toEqual([['a'], 2]);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('[SIM17] a run of %s ms is refused', (forMs) => {
  const simulation = new Simulation({ seed: '1' });
  expect(() => simulation.run(forMs)).toThrow(RangeError);
  expect(() => simulation.runUntilIdle(forMs)).toThrow(RangeError);
});

test('[SIM19] invariants see every step before its outputs, and what became durable without one', () => {
  const checks = (invariantEvery: 'step' | 'event'): string[] => {
    const world = probe({}, { invariantEvery });
    const found: string[] = [];
    world.simulation.addInvariant('look', () => {
      found.push(
        `${world.seen.length} steps, said ${world.said.length}, holds ${world.process.store.length}`,
      );
      return undefined;
    });
    world.simulation.after(1, () => void world.do(say('a')));
    world.simulation.after(2, () => void world.do({ kind: 'persist', writes: ['w'] }));
    world.simulation.run(10);
    return found;
  };
  const stepped = '1 steps, said 0, holds 0';
  const later = ['1 steps, said 1, holds 0', '2 steps, said 1, holds 0', '2 steps, said 1, holds 1'];
  expect(checks('step')).toEqual([stepped, ...later]);
  expect(checks('event')).toEqual(later);
});

test('[SIM20] a core that throws fails the run, with what it threw', () => {
  const { simulation, process, do: submit } = probe();
  const error = new Error('a log has a hole');
  submit(persist('w'));
  process.submit({ kind: 'throw', error });
  const failure = failureOf(() => simulation.run(1));
  expect(failure.message).toContain('probe: a log has a hole');
  expect(failure.cause).toMatchObject({ cause: error });
});

test('[SIM20] scenario code that throws fails the run, with seed and trace', () => {
  const { simulation } = probe({}, { scenario: 'test/broken', seed: '3' });
  const error = new Error('oh');
  simulation.after(4, () => {
    throw error;
  });
  const failure = failureOf(() => simulation.run(10));
  expect(failure).toMatchObject({ rule: 'nothing throws', seed: '3', atMs: 4, cause: error });
  expect(failure.message).toContain('npm run soak -- --scenario test/broken --seed 3');
});

test('[SIM19] what a scenario checks once fails in the same way', () => {
  const simulation = new Simulation({ seed: '1' });
  const failure = failureOf(() => simulation.fail('all converge', 'they do not'));
  expect(failure.message).toBe('all converge: they do not (seed 1, at 0 ms)');
});

test('[SIM19] what a scenario says is violated within a step keeps the outputs of that step from leaving', () => {
  const simulation = new Simulation({ seed: '1' });
  const said: string[] = [];
  const process = simulation.addProcess({
    id: 'a',
    createStore: () => null,
    write: () => {},
    boot: () => ({
      step: ({ kind }: { readonly kind: string }) => {
        if (kind === 'wrong') simulation.violated('all is well', 'it is not');
        return [{ kind: 'said' }];
      },
    }),
    perform: ({ kind }) => said.push(kind),
    ask: () => {},
  });
  simulation.after(1, () => void process.submit({ kind: 'right' }));
  simulation.after(2, () => void process.submit({ kind: 'wrong' }));
  simulation.after(3, () => void process.submit({ kind: 'right' }));
  const failure = failureOf(() => simulation.run(10));
  expect(failure.message).toBe('all is well: it is not (seed 1, at 2 ms)');
  expect(said).toEqual(['said']);
});
