/** A cluster from its first node on: others come, disks are lost, nodes are forgotten, and a majority is. */
import type { Scenario } from '@bothy/simulator';
import { DirectoryWorld, nodeIds, type WorldOptions } from './directory-world.ts';
import { type MakeCore, makeDirectoryCore, type SimNode } from './sim-node.ts';

export const growingOptions: WorldOptions & { readonly title: string } = {
  name: 'directory/growing',
  title: 'Nodes come with what they have, lose their disks, are forgotten, and come back',
  links: { maxDelayMs: 30, reset: 0.0005, maxNoticeMs: 500 },
  clients: { everyMs: 150, names: 4, undoes: false },
};

export function growingScenario(options = growingOptions, makeCore: MakeCore = makeDirectoryCore): Scenario {
  return {
    name: options.name,
    title: options.title,
    run: (seed) => new Growth(new DirectoryWorld(seed, options, makeCore)).run(),
  };
}

class Growth {
  readonly #world: DirectoryWorld;
  readonly #counts = { lostDisks: 0, forgotten: 0, forced: 0 };

  constructor(world: DirectoryWorld) {
    this.#world = world;
  }

  run() {
    const { simulation, clients } = this.#world;
    const random = simulation.random('growth');
    const size = 2 + random.below(4);
    clients.busyFor(60_000);
    for (const id of nodeIds.slice(0, size)) {
      this.#world.add(id);
      simulation.run(random.next() * 4_000);
      // What it has bound alone comes with it.
      this.#world.acquaintAll();
      simulation.run(random.next() * 4_000);
    }
    // All have been taken in, and vote.
    simulation.run(8_000);
    const fate = random.below(4);
    if (fate === 0) this.#loseDisk(random.below(size));
    else if (fate === 1) this.#forget(random.below(size));
    else if (fate === 2) this.#loseMajority();
    simulation.run(3_000);
    this.#world.expectPeace(14_000);
    this.#world.expectKept();
    return this.#world.result(this.#counts);
  }

  /** Of one that is not all there is of what was decided. */
  #loseDisk(index: number): void {
    const { nodes, simulation } = this.#world;
    const node = nodes[index];
    if (node === undefined || (node.core.view().voters.length < 3 && !this.#isLearner(node))) return;
    this.#counts.lostDisks += 1;
    node.loseDisk();
    simulation.run(500);
    node.process.start();
    simulation.run(3_000);
  }

  /** Who is switched off is forgotten by the others, and comes back with what it had. */
  #forget(index: number): void {
    const { nodes, simulation } = this.#world;
    const node = nodes[index];
    const [other] = nodes.filter((each) => each !== node);
    if (node === undefined || other === undefined) return;
    if (node.core.view().voters.length < 3 && !this.#isLearner(node)) return;
    node.switchOff();
    simulation.run(1_500);
    this.#order(other, node, false);
    simulation.run(12_000);
    const { voters, learners } = other.core.view();
    if ([...voters, ...learners].includes(node.id))
      simulation.fail('who is forgotten is no member', `${node.id} is: ${[...voters, ...learners].join()}`);
    this.#counts.forgotten += 1;
  }

  /** The others are gone for good, says an operator of one that is left; and then they come back. */
  #loseMajority(): void {
    const { nodes, simulation } = this.#world;
    const [first] = nodes;
    if (first === undefined) return;
    const { voters } = first.core.view();
    const lost = voters.slice(0, Math.ceil((voters.length + 1) / 2));
    const left = nodes.filter((node) => !lost.includes(node.id));
    const [one] = left;
    const [gone] = nodes.filter((node) => lost.includes(node.id));
    if (one === undefined || gone === undefined) return;
    for (const node of nodes) if (lost.includes(node.id)) node.switchOff();
    simulation.run(4_000);
    this.#order(one, gone, true);
    simulation.run(15_000);
    for (const node of left) {
      const { state, directory } = node.core.view();
      // A link that has just ended makes it seek for a moment.
      const isOn = state === 'ready' || state === 'seeking';
      if (!isOn || directory !== one.core.view().directory)
        simulation.fail('who is left goes on', `${node.id}: ${JSON.stringify(node.core.view())}`);
    }
    this.#counts.forced += 1;
  }

  #order(at: SimNode, node: SimNode, force: boolean): void {
    let isDone = false;
    at.forget(node.id, force, (result) => {
      isDone = true;
      if (!result.ok) this.#world.simulation.fail('who is gone can be forgotten', result.message);
    });
    this.#world.simulation.after(16_000, () => {
      if (!isDone) this.#world.simulation.fail('an order is answered', `forget ${node.id}`);
    });
  }

  #isLearner(node: SimNode): boolean {
    return node.core.view().role === 'learner';
  }
}
