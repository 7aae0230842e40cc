/**
 * One of many nodes falls silent, and no link says so: a cable was pulled out. The others find out by asking, hold nobody
 * else for gone, and have it back when the cable is.
 */
import { timing } from '@bothy/rooms/core';
import { calm, type Scenario, type ScenarioResult } from '@bothy/simulator';
import { pick, SimCluster } from './sim-cluster.ts';
import { makeRoomsCore, type SimNode } from './sim-node.ts';

const options = {
  name: 'rooms/silent-node',
  title: 'One of many nodes falls silent, and the others find out by asking',
  nodes: (number: number) => 11 + (number % 10),
  clients: () => 2,
  faults: calm,
  links: { maxDelayMs: 60, reset: 0, halfOpen: 0 },
};

/** By silence alone everybody knows after three heartbeats of a large cluster; most do far sooner. */
const knownByAllMs = 3 * timing.manyNodesHeartbeatMs + 1_500;

export function silentNodeScenario(makeCore = makeRoomsCore): Scenario {
  return { ...options, run: (seed) => new SilentNodeWorld(seed, makeCore).run() };
}

class SilentNodeWorld {
  readonly #cluster: SimCluster;

  constructor(seed: string, makeCore: typeof makeRoomsCore) {
    this.#cluster = new SimCluster(seed, options, makeCore);
  }

  run(): ScenarioResult {
    const { simulation, nodes, links, clients } = this.#cluster;
    simulation.run(10_000);
    for (const client of clients) client.connect();
    const random = simulation.random('silent node');
    simulation.run(10_000 + random.below(5_000));
    for (const node of nodes) this.#expectUp(node, nodes);
    const silent = pick(nodes, random.below(1_000));
    if (silent === undefined) throw new Error('a cluster has nodes');
    const others = nodes.filter((node) => node !== silent);
    links.unplug(silent);
    const plugIn = simulation.network.partition(
      [silent.info.id],
      others.map(({ info }) => info.id),
    );
    const fromMs = simulation.nowMs;
    let knownMs = 0;
    for (let known = 0; known < others.length; ) {
      simulation.run(250);
      for (const node of others) this.#expectUp(node, others);
      const now = others.filter(({ healths }) => healths.get(silent.info.id) === 'down').length;
      knownMs += (now - known) * (simulation.nowMs - fromMs);
      known = now;
      if (simulation.nowMs - fromMs > knownByAllMs) {
        simulation.fail('known by all', `${others.length - known} still show ${silent.info.id} as there`);
      }
    }
    plugIn();
    this.#cluster.settle(40_000);
    return this.#cluster.result({ others: others.length, knownMs });
  }

  #expectUp({ info, healths }: SimNode, nodes: readonly SimNode[]): void {
    for (const other of nodes) {
      const health = other.info.id === info.id ? 'up' : healths.get(other.info.id);
      if (health === 'up' || health === 'suspected') continue;
      this.#cluster.simulation.fail('nobody else is gone', `${info.id} shows ${other.info.id} as ${health}`);
    }
  }
}
