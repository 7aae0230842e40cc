/** A cluster that has found together, while everything goes wrong; and then it does not any more. */
import { calm, type FaultProfile, injectFaults, type Scenario } from '@bothy/simulator';
import { DirectoryWorld, nodeIds, type WorldOptions } from './directory-world.ts';
import { type MakeCore, makeDirectoryCore } from './sim-node.ts';

export interface RoughOptions extends WorldOptions {
  readonly title: string;
  readonly faults: FaultProfile;
  readonly faultMs: number;
}

export const roughOptions: RoughOptions = {
  name: 'directory/rough-cluster',
  title: 'One to five nodes agree on names, rooms and homes while everything goes wrong',
  links: { maxDelayMs: 60, reset: 0.001, maxNoticeMs: 2_000 },
  clients: { everyMs: 120, names: 3, undoes: true },
  faults: {
    ...calm,
    crashEveryMs: 4_000,
    partitionEveryMs: 3_500,
    clockJumpEveryMs: 5_000,
    diskFailureEveryMs: 6_000,
    maxOutageMs: 4_000,
    maxSkewMs: 3_600_000,
  },
  faultMs: 15_000,
};

export function roughScenario(options = roughOptions, makeCore: MakeCore = makeDirectoryCore): Scenario {
  return {
    name: options.name,
    title: options.title,
    run: (seed) => {
      const world = new DirectoryWorld(seed, options, makeCore);
      const { simulation } = world;
      const count = 1 + simulation.random('size').below(5);
      for (const id of nodeIds.slice(0, count)) world.add(id);
      world.acquaintAll();
      simulation.run(12_000);
      world.clients.busyFor(options.faultMs + 500);
      injectFaults(simulation, options.faults, options.faultMs);
      simulation.run(options.faultMs);
      world.expectPeace(12_000);
      world.ledger.expectLinearizable();
      return world.result({ unjudged: world.ledger.history.unjudged });
    },
  };
}
