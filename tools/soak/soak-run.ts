/**
 * Runs scenarios over seeds, each seed twice unless told otherwise, by several workers, and stops at the first failure
 * with the command that replays it.
 */
import { type Scenario, seedRange } from '@bothy/simulator';
import { BothyError } from '@bothy/wire';
import { type BatchResult, runBatch, type SoakBatch, type SoakFailure } from './soak-batch.ts';
import type { SoakOptions } from './soak-options.ts';

export interface SoakHost {
  monoMs(): number;
  print(line: string): void;
  /** Runs a batch; at most `workers` at a time. Undefined when the run was broken off. */
  run(batch: SoakBatch): Promise<BatchResult | undefined>;
}

/** Seeds of a batch: a worker is done with it in about a second, and then the clock is looked at. */
const batchSeeds = 10;
/** Between two lines of progress. */
const progressMs = 1_000;

/** True when no seed failed. Throws `not_found` for a scenario that does not exist. */
export async function runSoak(
  scenarios: readonly Scenario[],
  options: SoakOptions,
  host: SoakHost,
): Promise<boolean> {
  const chosen = chooseScenarios(scenarios, options.scenario);
  const { seed } = options;
  if (seed !== undefined) return chosen.every((scenario) => replay(scenario, seed, host));
  return new SoakRun(chosen, options, host).run();
}

class SoakRun {
  readonly #scenarios: readonly Scenario[];
  readonly #options: SoakOptions;
  readonly #host: SoakHost;
  readonly #startedMs: number;
  /** Seeds that held, by scenario. */
  readonly #held = new Map<string, number>();
  #shownMs: number;
  #isShown = false;
  #isOver = false;
  #hasFailed = false;

  constructor(scenarios: readonly Scenario[], options: SoakOptions, host: SoakHost) {
    this.#scenarios = scenarios;
    this.#options = options;
    this.#host = host;
    this.#startedMs = host.monoMs();
    this.#shownMs = this.#startedMs;
  }

  async run(): Promise<boolean> {
    const batches = this.#batches();
    await Promise.all(Array.from({ length: this.#options.workers }, () => this.#work(batches)));
    if (!this.#isShown) this.#show();
    return !this.#hasFailed;
  }

  /** In turns, so that a run that is cut short has seen a bit of every scenario. */
  *#batches(): Generator<SoakBatch> {
    const { seeds, from, minutes, once } = this.#options;
    const untilMs = minutes === undefined ? Number.POSITIVE_INFINITY : this.#startedMs + minutes * 60_000;
    const most = seeds ?? Number.POSITIVE_INFINITY;
    for (let done = 0; done < most && this.#host.monoMs() < untilMs; done += batchSeeds) {
      const batch = seedRange(from + done, Math.min(batchSeeds, most - done));
      for (const { name } of this.#scenarios) yield { scenario: name, seeds: batch, once };
    }
  }

  async #work(batches: Generator<SoakBatch>): Promise<void> {
    for (const batch of batches) {
      const result = await this.#host.run(batch);
      if (result === undefined || this.#isOver) return;
      this.#isShown = false;
      this.#held.set(batch.scenario, (this.#held.get(batch.scenario) ?? 0) + result.passed);
      if (result.failure !== undefined) {
        this.#isOver = true;
        this.#hasFailed = true;
        printFailure(batch.scenario, result.failure, this.#host);
        return;
      }
      if (this.#host.monoMs() - this.#shownMs >= progressMs) this.#show();
    }
  }

  #show(): void {
    this.#isShown = true;
    this.#shownMs = this.#host.monoMs();
    const seconds = (this.#shownMs - this.#startedMs) / 1_000;
    const all = [...this.#held.values()].reduce((sum, held) => sum + held, 0);
    const each = [...this.#held].map(([name, held]) => `${name} ${held}`).join(', ');
    const rate = seconds > 0 ? `, ${(all / seconds).toFixed(1)} a second` : '';
    this.#host.print(`${seconds.toFixed(1)} s: ${all} seeds hold${rate}: ${each}`);
  }
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
  const { failure } = runBatch(scenario, { seeds: [seed], once: false });
  if (failure !== undefined) {
    printFailure(scenario.name, failure, host);
    return false;
  }
  const result = scenario.run(seed);
  for (const line of result.tail) host.print(line);
  const counts = Object.entries(result.counts).map(([name, count]) => `${name} ${count}`);
  host.print(`holds; ${counts.join(', ')}; trace of ${result.traceLines} lines, ${result.traceHash}`);
  return true;
}

function printFailure(scenario: string, { seed, message, tail, replay }: SoakFailure, host: SoakHost): void {
  for (const line of tail) host.print(line);
  host.print(`\n${scenario} FAILED at seed ${seed}: ${message}`);
  host.print(`Replay it: ${replay}`);
}
