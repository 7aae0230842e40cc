/** Runs scenarios over seeds, each seed twice, and stops at the first failure with the command that replays it. */
import { checkSeeds, type Scenario, type SeedFailure, SimulationFailure, seedRange } from '@bothy/simulator';
import { BothyError } from '@bothy/wire';
import type { SoakOptions } from './soak-options.ts';

export interface SoakHost {
  monoMs(): number;
  print(line: string): void;
}

/** Seeds between two looks at the clock and two lines of progress. */
const batchSeeds = 10;

/** True when no seed failed. Throws `not_found` for a scenario that does not exist. */
export function runSoak(scenarios: readonly Scenario[], options: SoakOptions, host: SoakHost): boolean {
  const chosen = chooseScenarios(scenarios, options.scenario);
  const { seed } = options;
  if (seed !== undefined) return chosen.every((scenario) => replay(scenario, seed, host));
  const untilMs =
    options.minutes === undefined ? Number.POSITIVE_INFINITY : host.monoMs() + options.minutes * 60_000;
  const startedMs = host.monoMs();
  const most = options.seeds ?? Number.POSITIVE_INFINITY;
  // In turns, so that a run that is cut short has seen a bit of every scenario.
  for (let done = 0; done < most && host.monoMs() < untilMs; done += batchSeeds) {
    const seeds = seedRange(options.from + done, Math.min(batchSeeds, most - done));
    for (const scenario of chosen) {
      const { failure } = checkSeeds(scenario, seeds);
      if (failure !== undefined) {
        printFailure(scenario, failure, host);
        return false;
      }
      const seconds = ((host.monoMs() - startedMs) / 1000).toFixed(1);
      host.print(`${scenario.name}: seeds ${options.from} to ${seeds.at(-1)} hold, ${seconds} s`);
    }
  }
  return true;
}

function chooseScenarios(scenarios: readonly Scenario[], name: string | undefined): readonly Scenario[] {
  if (name === undefined) return scenarios;
  const found = scenarios.filter((scenario) => scenario.name === name);
  if (found.length > 0) return found;
  const names = scenarios.map((scenario) => scenario.name).join(', ');
  throw new BothyError('not_found', `There is no scenario "${name}"; there are: ${names || 'none yet'}.`);
}

function replay(scenario: Scenario, seed: string, host: SoakHost): boolean {
  host.print(`${scenario.name}, seed ${seed}: ${scenario.title}`);
  const { failure } = checkSeeds(scenario, [seed]);
  if (failure !== undefined) {
    printFailure(scenario, failure, host);
    return false;
  }
  const result = scenario.run(seed);
  for (const line of result.tail) host.print(line);
  const counts = Object.entries(result.counts).map(([name, count]) => `${name} ${count}`);
  host.print(`holds; ${counts.join(', ')}; trace of ${result.traceLines} lines, ${result.traceHash}`);
  return true;
}

function printFailure(scenario: Scenario, failure: SeedFailure, host: SoakHost): void {
  const { error, seed } = failure;
  if (error instanceof SimulationFailure) for (const line of error.tail) host.print(line);
  else host.print(error.stack ?? error.message);
  host.print(`\n${scenario.name} FAILED at seed ${seed}: ${error.message}`);
  host.print(`Replay it: ${failure.replay}`);
}
