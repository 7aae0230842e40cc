/** Nodes that start at the same moment, each with a directory of its own, and meet in any order: one is left. */
import { calm, injectFaults, type Scenario } from '@bothy/simulator';
import { DirectoryWorld, nodeIds, type WorldOptions } from './directory-world.ts';
import { type MakeCore, makeDirectoryCore } from './sim-node.ts';

export const foundingOptions: WorldOptions & { readonly title: string } = {
  name: 'directory/founding',
  title: 'Nodes that start at the same moment meet in any order, and end in one directory',
  links: { maxDelayMs: 60, reset: 0.002, maxNoticeMs: 1_000 },
  clients: { everyMs: 80, names: 4, undoes: false },
};

const meetMs = 3_000;
const busyMs = 6_000;

export function foundingScenario(
  options = foundingOptions,
  makeCore: MakeCore = makeDirectoryCore,
): Scenario {
  return {
    name: options.name,
    title: options.title,
    run: (seed) => {
      const world = new DirectoryWorld(seed, options, makeCore);
      const { simulation, links } = world;
      const random = simulation.random('founding');
      const count = 2 + random.below(4);
      for (const id of nodeIds.slice(0, count)) world.add(id);
      for (const [index, one] of world.nodes.entries()) {
        for (const other of world.nodes.slice(index + 1))
          simulation.after(random.next() * meetMs, () => links.acquaint(one.id, other.id));
      }
      world.clients.busyFor(busyMs);
      const rough = { ...calm, crashEveryMs: 3_000, diskFailureEveryMs: 5_000, partitionEveryMs: 4_000 };
      if (random.next() < 0.7) injectFaults(simulation, { ...rough, maxOutageMs: 2_000 }, busyMs);
      simulation.run(busyMs);
      world.expectPeace(14_000);
      world.expectKept();
      return world.result({});
    },
  };
}
