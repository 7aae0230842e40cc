/**
 * Scenarios: a world that can be run from a seed. Tests, soak runs and the lab
 * use the same ones. Rule SIM21 in SPEC.md.
 */
import { replayCommand, SimulationFailure } from './simulation-failure.ts';

export interface ScenarioResult {
  /** Hash over every line of the trace, and over every input and output. */
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

/** Runs each seed twice and compares the traces; stops at the first failure. */
export function checkSeeds(scenario: Scenario, seeds: Iterable<string>): SeedsOutcome {
  const counts: Record<string, number> = {};
  let passed = 0;
  for (const seed of seeds) {
    try {
      const result = runTwice(scenario, seed);
      for (const [name, count] of Object.entries(result.counts)) counts[name] = (counts[name] ?? 0) + count;
      passed += 1;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      return { passed, counts, failure: { seed, error, replay: replayCommand(scenario.name, seed) } };
    }
  }
  return { passed, counts, failure: undefined };
}

/** Runs each seed once, `count` of them from this one on; sums of the counts. Throws at the first failure, saying how to replay it. */
export function runSeeds(scenario: Scenario, from: number, count: number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const seed of seedRange(from, count)) {
    try {
      const { counts } = scenario.run(seed);
      for (const [name, value] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + value;
    } catch (thrown) {
      throw new Error(`${String(thrown)}\n  ${replayCommand(scenario.name, seed)}`, { cause: thrown });
    }
  }
  return sums;
}

/** Whether one of so many seeds fails, from this one on: a planted fault has to be found by some. */
export function isCaught(scenario: Scenario, from: number, count: number): boolean {
  return [...seedRange(from, count)].some((seed) => {
    try {
      scenario.run(seed);
      return false;
    } catch {
      return true;
    }
  });
}

/** Throws unless each of these happened at least so often: a run in which nothing went wrong shows nothing. */
export function expectAtLeast(
  counts: Readonly<Record<string, number>>,
  least: Readonly<Record<string, number>>,
): void {
  for (const [name, due] of Object.entries(least)) {
    const { [name]: count = 0 } = counts;
    if (!(count >= due))
      throw new Error(`"${name}" was counted ${count} times, at least ${due} are expected`);
  }
}

function runTwice(scenario: Scenario, seed: string): ScenarioResult {
  const first = scenario.run(seed);
  const second = scenario.run(seed);
  const isSame =
    first.traceHash === second.traceHash &&
    first.traceLines === second.traceLines &&
    first.tail.join('\n') === second.tail.join('\n');
  if (isSame) return first;
  const sentence = 'two runs of one seed gave different traces';
  throw new SimulationFailure('determinism', sentence, seed, 0, differingTail(first.tail, second.tail));
}

/** Both tails from the first line that differs; as they are when all that differs is older or not shown. */
function differingTail(one: readonly string[], other: readonly string[]): readonly string[] {
  const from = Math.max(
    0,
    one.findIndex((line, index) => line !== other[index]),
  );
  return ['first run:', ...one.slice(from), 'second run:', ...other.slice(from)];
}

/** Seeds `from`, `from + 1`, … as texts. */
export function seedRange(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(from + index));
}
