/**
 * Three to seven nodes and two to twenty clients talk in rooms while everything
 * goes wrong; then the faults end, and everybody must have the same logs.
 */
import { injectFaults, type Scenario, type ScenarioResult } from '@bothy/simulator';
import type { RoomId } from '@bothy/wire';
import { ClusterPeople } from './cluster-people.ts';
import { type ClusterWorldOptions, pick, SimCluster } from './sim-cluster.ts';
import { makeRoomsCore, type SimNode } from './sim-node.ts';

export function clusterScenario(options: ClusterWorldOptions, makeCore = makeRoomsCore): Scenario {
  return {
    name: options.name,
    title: options.title,
    run: (seed) => new ClusterWorld(seed, options, makeCore).run(),
  };
}

class ClusterWorld {
  readonly #options: ClusterWorldOptions;
  readonly #cluster: SimCluster;
  readonly #people: ClusterPeople;
  #crashes = 0;
  #lostCoordinators = 0;

  constructor(seed: string, options: ClusterWorldOptions, makeCore: typeof makeRoomsCore) {
    this.#options = options;
    this.#cluster = new SimCluster(seed, options, makeCore);
    this.#people = new ClusterPeople(this.#cluster);
  }

  run(): ScenarioResult {
    const { simulation, clients, forgotten } = this.#cluster;
    const { faults, faultMs, messages, deletions, lostVoter } = this.#options;
    simulation.run(3_000);
    for (const client of clients) client.connect();
    simulation.run(3_000);
    this.#gather();
    simulation.run(4_000);
    injectFaults(simulation, faults, faultMs);
    this.#cutClients();
    this.#people.talk(faultMs, messages);
    const random = simulation.random('deletions');
    for (let count = deletions(random.below(1_000)); count > 0; count--) {
      simulation.after(random.below(faultMs), () => this.#delete());
    }
    simulation.run(faultMs);
    if (random.next() < lostVoter) this.#loseForGood();
    this.#cluster.settle();
    return this.#cluster.result({
      written: this.#people.count,
      lostVoters: forgotten.size - this.#lostCoordinators,
      lostCoordinators: this.#lostCoordinators,
      crashesAtDeletion: this.#crashes,
    });
  }

  /** Rooms of different nodes, and some of the clients in each. */
  #gather(): void {
    const { simulation, rooms, clients } = this.#cluster;
    const random = simulation.random('gather');
    for (const client of clients) {
      for (const room of rooms) if (random.next() < 0.5) client.join(room);
      const one = rooms[random.below(Math.max(1, rooms.length))];
      if (client.wanted.size === 0 && one !== undefined) client.join(one);
    }
  }

  /** By an operator, who asks until somebody answers; nodes like to crash just then. */
  #delete(): void {
    const { simulation, rooms, nodes, checker } = this.#cluster;
    const random = simulation.random('delete');
    const room = pick(rooms, random.below(1_000));
    if (room === undefined) return;
    this.#orderDeletion(room);
    const one = pick(nodes, random.below(1_000));
    for (const node of [checker.administrator(room), one]) {
      if (random.next() >= this.#options.crashAtDeletion) continue;
      simulation.after(random.next() * 500, () => {
        this.#crashes += 1;
        node?.process.crash();
        simulation.after(random.next() * 8_000, () => node?.process.start());
      });
    }
  }

  #orderDeletion(room: RoomId): void {
    const [operator] = this.#cluster.clients;
    if (operator === undefined) return;
    operator.order({ kind: 'delete', requestId: this.#people.name('delete', operator), room });
  }

  /**
   * A node promises, or says what it decided to one of those who did, and is never seen again: the rest may go on only
   * once an operator says so.
   */
  #loseForGood(): void {
    const { simulation, clients, checker, rooms } = this.#cluster;
    const choices = rooms.flatMap((room) => {
      const owner = checker.administrator(room);
      const voters = clients.filter((each) => each.rooms.has(room) && each.node !== owner);
      const voter = voters[0]?.node;
      return owner === undefined || voter === undefined ? [] : [{ room, owner, voter }];
    });
    const choice = pick(choices, simulation.random('lost voter').below(1_000));
    if (choice === undefined) return;
    const { room, owner, voter } = choice;
    const isCoordinator = simulation.random('lost coordinator').next() < 0.4;
    const lost = isCoordinator ? owner : voter;
    let isLost = false;
    this.#cluster.watch = (node, event) => {
      const isLast =
        node === lost &&
        event.kind === 'performed' &&
        event.output.kind === 'send' &&
        event.output.message.kind === 'commit' &&
        event.output.message.message.kind === (isCoordinator ? 'commit' : 'vote');
      if (!isLast || isLost) return;
      isLost = true;
      if (isCoordinator) this.#lostCoordinators += 1;
      node.process.crash();
    };
    simulation.after(3_000, () => this.#orderDeletion(room));
    simulation.after(30_000, () => {
      this.#cluster.watch = undefined;
      if (isLost) this.#forget(lost, isCoordinator ? voter : owner);
    });
  }

  #forget(lost: SimNode, at: SimNode): void {
    const { clients, checker, forgotten } = this.#cluster;
    forgotten.add(lost);
    at.forget(lost.info.id);
    // Nobody can say any more how it is with the rooms of that node.
    for (const client of clients) {
      const asked = [...client.pending.values()].map(({ room }) => room);
      for (const room of new Set([...client.wanted, ...asked])) {
        const wasThere = checker.administrator(room) === lost || lost.store.isBuried(room);
        if (wasThere) client.giveUp(room);
      }
    }
  }

  #cutClients(): void {
    const { clientCutEveryMs, faultMs } = this.#options;
    const { simulation, clients } = this.#cluster;
    if (clientCutEveryMs === 0) return;
    const random = simulation.random('client cuts');
    const endMs = simulation.nowMs + faultMs;
    const next = (): void => {
      const delayMs = random.next() * 2 * clientCutEveryMs;
      if (simulation.nowMs + delayMs >= endMs) return;
      simulation.after(delayMs, () => {
        pick(clients, random.below(1_000))?.cut();
        next();
      });
    };
    next();
  }
}
