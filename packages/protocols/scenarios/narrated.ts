/** A scenario whose world is a few actors on virtual time, without processes of their own: what most of the textbook needs. */
import { type Scenario, Simulation } from '@bothy/simulator';

/** `play` runs the simulation to its end, checks what it is about by `simulation.fail`, and returns what is worth counting. */
export function narrated(
  name: string,
  title: string,
  play: (simulation: Simulation) => Readonly<Record<string, number>>,
): Scenario {
  return {
    name,
    title,
    run(seed) {
      const simulation = new Simulation({ seed, scenario: name });
      const counts = play(simulation);
      const { trace } = simulation;
      return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(200), counts };
    },
  };
}

/** The name of a known failure with the fix, and without it. */
export function variantOf(name: string, isFixed: boolean): string {
  return isFixed ? name : `${name}/broken`;
}
