import { type Scenario, SimulationFailure } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { allScenarios } from './scenario-registry.ts';
import { parseSoakOptions } from './soak-options.ts';
import { runSoak } from './soak-run.ts';

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
function host() {
  const lines: string[] = [];
  let nowMs = 0;
  return {
    lines,
    print: (line: string) => lines.push(line),
    monoMs: () => {
      nowMs += 1000;
      return nowMs;
    },
  };
}

function run(words: string, scenarios: readonly Scenario[]) {
  const shown = host();
  const succeeded = runSoak(scenarios, parseSoakOptions(words.split(' ')), shown);
  return { succeeded, text: shown.lines.join('\n') };
}

test('runs the seeds of one scenario, each twice', () => {
  const ran: string[] = [];
  const { succeeded } = run('--scenario a/one --seeds 3 --from 7', [
    scenario('a/one', ran),
    scenario('a/two', ran),
  ]);
  expect(succeeded).toBe(true);
  expect(ran).toEqual(['a/one 7', 'a/one 7', 'a/one 8', 'a/one 8', 'a/one 9', 'a/one 9']);
});

test('without a name every scenario has its turn', () => {
  const ran: string[] = [];
  run('--seeds 12', [scenario('a/one', ran), scenario('a/two', ran)]);
  const turns = ran.map((line) => line.split(' ')[0]);
  expect(turns.indexOf('a/two')).toBe(20);
  expect(ran).toHaveLength(48);
});

test('stops at the first failure and prints the command that replays it', () => {
  const { succeeded, text } = run('--scenario a/one --seeds 20', [scenario('a/one', [], '13')]);
  expect(succeeded).toBe(false);
  expect(text).toContain('a line of trace');
  expect(text).toContain('b came before a');
  expect(text).toContain('Replay it: npm run soak -- --scenario a/one --seed 13');
});

test('a single seed shows its trace', () => {
  const { succeeded, text } = run('--scenario a/one --seed 42', [scenario('a/one', [])]);
  expect(succeeded).toBe(true);
  expect(text).toContain('trace of 42');
});

test('minutes end a run', () => {
  const ran: string[] = [];
  expect(run('--minutes 0.1', [scenario('a/one', ran)]).succeeded).toBe(true);
  expect(ran.length).toBeGreaterThan(0);
});

test('a name that does not exist is answered with those that do', () => {
  expect(() => run('--scenario a/nine --seed 1', [scenario('a/one', [])])).toThrow(/there are: a\/one/);
});

test.each(['--seeds x', '--seeds 0', '--from -1', '--seeds 1.5', '--unknown 1'])('%s is refused', (words) => {
  expect(() => parseSoakOptions(words.split(' '))).toThrow();
});

test('the registry finds the scenarios of the packages, each under a name of its own', async () => {
  const names = (await allScenarios()).map((each) => each.name);
  expect(names).toContain('peer/rough-talk');
  expect(new Set(names).size).toBe(names.length);
});
