/** Scenarios: a world that can be run from a seed. Tests, soak runs and the lab use the same ones. */
import { SimulationFailure } from './simulation.ts';

export interface ScenarioResult {
  /** Hash over every line of the trace. */
  readonly traceHash: string;
  readonly traceLines: number;
  /** The last lines of the trace. */
  readonly tail: readonly string[];
  /** What happened, in numbers worth seeing. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface Scenario {
  /** `<package>/<name>`: what `npm run soak -- --scenario` takes. */
  readonly name: string;
  readonly title: string;
  /** Runs one seed. Throws `SimulationFailure` when a rule is broken. */
  run(seed: string): ScenarioResult;
}

export interface SeedFailure {
  readonly seed: string;
  readonly error: Error;
  /** The one command that replays it. */
  readonly replay: string;
}

export interface SeedsOutcome {
  readonly passed: number;
  readonly failure: SeedFailure | undefined;
  /** Sums of the counts of all seeds. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The command that replays one seed of a scenario. */
export function replayCommand(scenario: Scenario, seed: string): string {
  return `npm run soak -- --scenario ${scenario.name} --seed ${seed}`;
}

/** Runs each seed twice and compares the traces; stops at the first failure. */
export function checkSeeds(scenario: Scenario, seeds: Iterable<string>): SeedsOutcome {
  const counts: Record<string, number> = {};
  let passed = 0;
  for (const seed of seeds) {
    const replay = replayCommand(scenario, seed);
    try {
      const first = scenario.run(seed);
      const second = scenario.run(seed);
      if (first.traceHash !== second.traceHash) {
        const sentence = 'two runs of one seed gave different traces';
        throw new SimulationFailure('determinism', sentence, seed, 0, first.tail);
      }
      for (const [name, count] of Object.entries(first.counts)) counts[name] = (counts[name] ?? 0) + count;
      passed += 1;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      return { passed, counts, failure: { seed, error, replay } };
    }
  }
  return { passed, counts, failure: undefined };
}

/** Seeds `from`, `from + 1`, … as texts. */
export function seedRange(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(from + index));
}
