/** Some seeds of one scenario, run one after another; plain data in and out, so that a worker can do it. */
import { checkSeeds, replayCommand, type Scenario, SimulationFailure } from '@bothy/simulator';

export interface SoakBatch {
  readonly scenario: string;
  readonly seeds: readonly string[];
  /** Each seed once, and not twice with its traces compared. */
  readonly once: boolean;
}

export interface SoakFailure {
  readonly seed: string;
  readonly message: string;
  /** The last lines of its trace, or where it was thrown. */
  readonly tail: readonly string[];
  readonly replay: string;
}

/** The seeds before the first failure hold. */
export interface BatchResult {
  readonly passed: number;
  readonly failure: SoakFailure | undefined;
}

export function runBatch(scenario: Scenario, { seeds, once }: Omit<SoakBatch, 'scenario'>): BatchResult {
  let passed = 0;
  for (const seed of seeds) {
    const failed = once ? runOnce(scenario, seed) : checkSeeds(scenario, [seed]).failure?.error;
    if (failed !== undefined) return { passed, failure: described(scenario, seed, failed) };
    passed += 1;
  }
  return { passed, failure: undefined };
}

function runOnce(scenario: Scenario, seed: string): Error | undefined {
  try {
    scenario.run(seed);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

function described({ name }: Scenario, seed: string, error: Error): SoakFailure {
  const tail = error instanceof SimulationFailure ? error.tail : (error.stack ?? error.message).split('\n');
  return { seed, message: error.message, tail, replay: replayCommand(name, seed) };
}
