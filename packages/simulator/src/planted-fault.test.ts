import { expect, test } from 'vitest';
import { counterScenario, counterWorld, roughFaults } from './counter-world.ts';
import { injectFaults } from './fault-injection.ts';
import { checkSeeds, expectAtLeast, isCaught, runSeeds, type Scenario, seedRange } from './scenario.ts';

test('[SIM22] a core that acknowledges before it is durable is found, one that waits is not', () => {
  const honest = checkSeeds(counterScenario(true), seedRange(1, 40));
  expect(honest.failure?.error).toBeUndefined();
  expect(honest.passed).toBe(40);
  const { failure } = checkSeeds(counterScenario(false), seedRange(1, 5));
  expect(failure?.error.message).toContain('acknowledged is durable: ');
});

test('[SIM22] the seeds that the honest core passes held every kind of fault', () => {
  const { counts } = checkSeeds(counterScenario(true), seedRange(1, 10));
  for (const kind of ['lost', 'duplicated', 'reordered', 'cut'])
    expect(counts[kind], kind).toBeGreaterThan(10);
  expect(counts.boots).toBeGreaterThan(40);
});

test('[SIM21] a failure names the seed and the one command that replays it', () => {
  const { failure } = checkSeeds(counterScenario(false), seedRange(1, 5));
  const replay = `npm run soak -- --scenario test/counter --seed ${failure?.seed}`;
  expect(failure?.replay).toBe(replay);
  expect(failure?.error.message.endsWith(replay)).toBe(true);
  const again = checkSeeds(counterScenario(false), [failure?.seed ?? '']);
  expect(again.failure?.error.message).toBe(failure?.error.message);
});

test('[SIM21] a seed whose two runs differ fails, and the tail shows where', () => {
  let runs = 0;
  const fickle: Scenario = {
    name: 'test/fickle',
    title: 'Depends on what came before',
    run: () => {
      runs += 1;
      return { traceHash: String(runs), traceLines: 2, tail: ['same', `run ${runs}`], counts: {} };
    },
  };
  const { failure, passed } = checkSeeds(fickle, ['1', '2']);
  expect(passed).toBe(0);
  expect(failure?.error).toMatchObject({
    rule: 'determinism',
    seed: '1',
    tail: ['first run:', 'run 1', 'second run:', 'run 2'],
  });
});

test('[SIM21] counts are summed over the seeds', () => {
  const steady: Scenario = {
    name: 'test/steady',
    title: '',
    run: (seed) => ({ traceHash: seed, traceLines: 1, tail: [], counts: { sent: Number(seed) } }),
  };
  expect(checkSeeds(steady, seedRange(3, 2))).toEqual({ passed: 2, failure: undefined, counts: { sent: 7 } });
});

test('[SIM1] one seed gives one trace, byte by byte; each other seed another', () => {
  const run = (seed: string) => {
    const { simulation } = counterWorld(seed);
    injectFaults(simulation, roughFaults, 3_000);
    simulation.run(4_000);
    return { hash: simulation.trace.hash, text: simulation.trace.text() };
  };
  const seeds = seedRange(1, 20);
  const first = seeds.map(run);
  expect(seeds.map(run)).toEqual(first);
  expect(new Set(first.map(({ hash }) => hash)).size).toBe(seeds.length);
});

test('[SIM21] seeds are run and summed, a failure says how to replay it, and what did not happen often enough is told', () => {
  const counts = runSeeds(counterScenario(true), 1, 10);
  expect(counts).toEqual(checkSeeds(counterScenario(true), seedRange(1, 10)).counts);
  expect(() => runSeeds(counterScenario(false), 1, 5)).toThrow(/npm run soak -- --scenario \S+ --seed/);
  expect([isCaught(counterScenario(true), 1, 10), isCaught(counterScenario(false), 1, 10)]).toEqual([
    false,
    true,
  ]);
  expectAtLeast({ one: 2 }, { one: 2 });
  expect(() => expectAtLeast({ one: 2 }, { one: 3 })).toThrow('"one" was counted 2 times, at least 3');
  expect(() => expectAtLeast({}, { other: 1 })).toThrow('"other" was counted 0 times');
  expect(() => expectAtLeast({ one: Number.NaN }, { one: 1 })).toThrow('"one"');
});
