/** A run broke a rule: what, when, the last lines of the trace, and how to see it again. */

export interface FailureOptions {
  /** The name of the scenario, so that the message ends with the command that replays the run. */
  readonly scenario?: string | undefined;
  /** What was thrown. */
  readonly cause?: unknown;
}

export class SimulationFailure extends Error {
  readonly seed: string;
  readonly rule: string;
  /** In the simulation's time. */
  readonly atMs: number;
  /** The last lines of the trace. */
  readonly tail: readonly string[];

  constructor(
    rule: string,
    sentence: string,
    seed: string,
    atMs: number,
    tail: readonly string[],
    { scenario, cause }: FailureOptions = {},
  ) {
    const replay = scenario === undefined ? '' : `\n${replayCommand(scenario, seed)}`;
    super(
      `${rule}: ${sentence} (seed ${seed}, at ${atMs} ms)${replay}`,
      cause === undefined ? {} : { cause },
    );
    this.name = 'SimulationFailure';
    this.rule = rule;
    this.seed = seed;
    this.atMs = atMs;
    this.tail = tail;
  }
}

/** The command that replays one seed of a scenario, by the scenario's name. */
export function replayCommand(scenario: string, seed: string): string {
  return `npm run soak -- --scenario ${scenario} --seed ${seed}`;
}
