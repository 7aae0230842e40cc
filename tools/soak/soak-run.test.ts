import { type Scenario, SimulationFailure } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { allScenarios } from './scenario-registry.ts';
import { runBatch, type SoakBatch } from './soak-batch.ts';
import { parseSoakOptions } from './soak-options.ts';
import { runSoak } from './soak-run.ts';
import { SoakWorkers } from './soak-workers.ts';

/** A scenario that notes its seeds and breaks a rule at one of them. */
function scenario(name: string, ran: string[], failsAt?: string): Scenario {
  return {
    name,
    title: 'A planted one',
    run(seed) {
      ran.push(`${name} ${seed}`);
      if (seed === failsAt)
        throw new SimulationFailure('order', 'b came before a', seed, 5, ['a line of trace']);
      return { traceHash: seed, traceLines: 1, tail: [`trace of ${seed}`], counts: { sent: 2 } };
    },
  };
}

/** Every look at the clock takes a second. */
function host(scenarios: readonly Scenario[]) {
  const lines: string[] = [];
  let nowMs = 0;
  return {
    lines,
    print: (line: string) => lines.push(line),
    run: async (batch: SoakBatch) => {
      const scenario = scenarios.find(({ name }) => name === batch.scenario);
      return scenario === undefined ? undefined : runBatch(scenario, batch);
    },
    monoMs: () => {
      nowMs += 1000;
      return nowMs;
    },
  };
}

async function run(words: string, scenarios: readonly Scenario[]) {
  const shown = host(scenarios);
  const options = parseSoakOptions([...words.split(' '), '--workers', '1']);
  const succeeded = await runSoak(scenarios, options, shown);
  return { succeeded, text: shown.lines.join('\n') };
}

test('runs the seeds of one scenario, each twice', async () => {
  const ran: string[] = [];
  const { succeeded } = await run('--scenario a/one --seeds 3 --from 7', [
    scenario('a/one', ran),
    scenario('a/two', ran),
  ]);
  expect(succeeded).toBe(true);
  expect(ran).toEqual(['a/one 7', 'a/one 7', 'a/one 8', 'a/one 8', 'a/one 9', 'a/one 9']);
});

test('without a name every scenario has its turn', async () => {
  const ran: string[] = [];
  await run('--seeds 12', [scenario('a/one', ran), scenario('a/two', ran)]);
  const turns = ran.map((line) => line.split(' ')[0]);
  expect(turns.indexOf('a/two')).toBe(20);
  expect(ran).toHaveLength(48);
});

test('stops at the first failure and prints the command that replays it', async () => {
  const { succeeded, text } = await run('--scenario a/one --seeds 20', [scenario('a/one', [], '13')]);
  expect(succeeded).toBe(false);
  expect(text).toContain('a line of trace');
  expect(text).toContain('b came before a');
  expect(text).toContain('Replay it: npm run soak -- --scenario a/one --seed 13');
});

test('a single seed shows its trace', async () => {
  const { succeeded, text } = await run('--scenario a/one --seed 42', [scenario('a/one', [])]);
  expect(succeeded).toBe(true);
  expect(text).toContain('trace of 42');
});

test('minutes end a run', async () => {
  const ran: string[] = [];
  expect((await run('--minutes 0.1', [scenario('a/one', ran)])).succeeded).toBe(true);
  expect(ran.length).toBeGreaterThan(0);
});

test('a name that does not exist is answered with those that do', async () => {
  await expect(run('--scenario a/nine --seed 1', [scenario('a/one', [])])).rejects.toThrow(
    /there are: a\/one/,
  );
});

test('with --once each seed is run once', async () => {
  const ran: string[] = [];
  await run('--scenario a/one --seeds 2 --once', [scenario('a/one', ran)]);
  expect(ran).toEqual(['a/one 1', 'a/one 2']);
});

test('several workers share the seeds, and what they found before a failure is said', async () => {
  const ran: string[] = [];
  const scenarios = [scenario('a/one', ran, '25')];
  const shown = host(scenarios);
  const options = parseSoakOptions(['--seeds', '1000', '--workers', '3']);
  expect(await runSoak(scenarios, options, shown)).toBe(false);
  expect(shown.lines.at(-1)).toContain('seeds hold');
  expect(new Set(ran).size).toBeLessThan(70);
});

test('a worker is a thread that runs real scenarios, and can be ended in the middle', async () => {
  const workers = new SoakWorkers(1);
  const [scenarioName = ''] = (await allScenarios()).map(({ name }) => name);
  const batch = { scenario: scenarioName, seeds: ['1'], once: true };
  expect(await workers.run(batch)).toEqual({ passed: 1, failure: undefined });
  const endless = workers.run({ ...batch, seeds: Array.from({ length: 100_000 }, () => '1') });
  await expect(workers.run(batch)).rejects.toThrow('every worker has a batch');
  await workers.end();
  expect(await endless).toBeUndefined();
});

test.each(['--seeds x', '--seeds 0', '--from -1', '--seeds 1.5', '--workers 0', '--unknown 1'])(
  '%s is refused',
  (words) => {
    expect(() => parseSoakOptions(words.split(' '))).toThrow();
  },
);

test('the registry finds the scenarios of the packages, each under a name of its own', async () => {
  const names = (await allScenarios()).map((each) => each.name);
  expect(names).toContain('peer/rough-talk');
  expect(new Set(names).size).toBe(names.length);
});
