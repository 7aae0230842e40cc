/** A failure that others met first: the same world and the same seeds with the fix and without it. */
import type { Scenario } from '@bothy/simulator';

export interface KnownFailure {
  /** `protocols/<name>`: also the name of its scenario with the fix; without the fix it ends in `/broken`. */
  readonly name: string;
  /** What goes wrong, in one sentence. */
  readonly title: string;
  /** Who wrote of it first, and where. */
  readonly source: string;
  /** The rule of the checker that the broken variant breaks: `SimulationFailure.rule`. */
  readonly breaks: string;
  /** Seeds from 1 on, of which the broken variant fails at least one, and the fixed one none. */
  readonly seeds: number;
  /** The scenario with the fix, or without it. */
  readonly scenario: (isFixed: boolean) => Scenario;
}
