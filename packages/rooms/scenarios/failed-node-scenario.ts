/**
 * A node fails for more than a minute. Who was connected there is shown as away at once, and leaves after 60 s unless
 * they came back elsewhere; what is written to its rooms meanwhile arrives when it is back.
 */
import { calm, type Scenario, type ScenarioResult } from '@bothy/simulator';
import type { RoomId } from '@bothy/wire';
import { ClusterPeople } from './cluster-people.ts';
import type { SimClient } from './sim-client.ts';
import { pick, SimCluster } from './sim-cluster.ts';
import { makeRoomsCore, type SimNode } from './sim-node.ts';

export const failedNodeOptions = {
  name: 'rooms/failed-node',
  title: 'A node fails, and who was there leaves after a minute unless they resume elsewhere',
  nodes: (number: number) => 3 + (number % 3),
  clients: (number: number) => 4 + (number % 7),
  faults: calm,
  links: { maxDelayMs: 20, reset: 0, halfOpen: 0 },
};

export function failedNodeScenario(makeCore = makeRoomsCore): Scenario {
  const { name, title } = failedNodeOptions;
  return { name, title, run: (seed) => new FailedNodeWorld(seed, makeCore).run() };
}

/** Members of rooms of nodes that go on. */
interface Seat {
  readonly client: SimClient;
  readonly room: RoomId;
  readonly owner: SimNode;
}

class FailedNodeWorld {
  readonly #cluster: SimCluster;
  readonly #people: ClusterPeople;

  constructor(seed: string, makeCore: typeof makeRoomsCore) {
    this.#cluster = new SimCluster(seed, failedNodeOptions, makeCore);
    this.#people = new ClusterPeople(this.#cluster);
  }

  run(): ScenarioResult {
    const { simulation, clients, nodes } = this.#cluster;
    simulation.run(3_000);
    for (const client of clients) client.connect();
    simulation.run(2_000);
    for (const client of clients) for (const room of this.#cluster.rooms) client.join(room);
    simulation.run(3_000);
    const random = simulation.random('failed node');
    const there = clients.flatMap(({ node }) => (node === undefined ? [] : [node]));
    const failed = pick(there, random.below(1_000)) ?? nodes[0];
    if (failed === undefined) throw new Error('a cluster has nodes');
    // Some come back at another node, some do not.
    const dozing = clients.filter(({ node }) => node === failed && random.next() < 0.7);
    for (const client of dozing) client.doze();
    const seats = clients.flatMap((client) => this.#seats(client, failed));
    for (const client of clients) {
      for (let count = 0; count < 4; count++) {
        simulation.after(random.below(60_000), () => this.#people.write(client));
      }
    }
    failed.process.crash();
    simulation.run(8_000);
    this.#askAll(seats);
    simulation.run(1_000);
    const away = seats.filter(({ client }) => dozing.includes(client));
    for (const seat of away) this.#expectAway(seat, clients);
    simulation.run(46_000);
    for (const { client, room, owner } of seats) this.#expect(client, room, owner, true);
    simulation.run(15_000);
    for (const { client, room, owner } of seats) {
      this.#expect(client, room, owner, !dozing.includes(client));
    }
    failed.process.start();
    for (const client of dozing) client.wake();
    this.#cluster.settle(60_000);
    return this.#cluster.result({ left: away.length, stayed: seats.length - away.length });
  }

  #seats(client: SimClient, failed: SimNode): Seat[] {
    return [...client.rooms.keys()].flatMap((room) => {
      const owner = this.#cluster.checker.administrator(room);
      return owner === undefined || owner === failed ? [] : [{ client, room, owner }];
    });
  }

  #askAll(seats: readonly Seat[]): void {
    for (const { client, room } of seats) client.ask({ kind: 'info', room });
  }

  #expectAway({ client, room }: Seat, clients: readonly SimClient[]): void {
    const { person, name } = client.actor;
    for (const witness of clients) {
      if (witness.node === undefined || !witness.rooms.has(room)) continue;
      const seen = witness.infos.get(room)?.members.find((each) => each.person === person);
      if (seen?.presence === 'away') continue;
      const sentence = `${witness.actor.name} sees ${name}, whose node failed, as ${seen?.presence ?? 'nobody'}`;
      this.#cluster.simulation.fail('away at once', sentence);
    }
  }

  #expect({ actor }: SimClient, room: RoomId, owner: SimNode, isMember: boolean): void {
    const log = owner.store.log(room);
    if ((log?.members.get(actor.person)?.standing === 'member') === isMember) return;
    const sentence = isMember ? 'has left, and should not have' : 'has not left';
    this.#cluster.simulation.fail('leaves after 60 s', `${actor.name} ${sentence} ${room}`);
  }
}
