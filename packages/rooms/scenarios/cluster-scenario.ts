/**
 * Three to seven nodes and two to twenty clients talk in rooms while everything
 * goes wrong; then the faults end, and everybody must have the same logs.
 */
import {
  type FaultProfile,
  injectFaults,
  type Scenario,
  type ScenarioResult,
  Simulation,
} from '@bothy/simulator';
import type { RoomId } from '@bothy/wire';
import { ClusterChecker } from './cluster-checker.ts';
import { SimClient } from './sim-client.ts';
import { type LinkFaults, SimLinks } from './sim-links.ts';
import { makeRoomsCore, SimNode } from './sim-node.ts';

export interface ClusterWorldOptions {
  readonly name: string;
  readonly title: string;
  /** By a number of the seed, below 1,000. */
  readonly nodes: (number: number) => number;
  readonly clients: (number: number) => number;
  readonly faults: FaultProfile;
  readonly links: LinkFaults;
  /** Mean time between breaks of one client's connection; 0 for none. */
  readonly clientCutEveryMs: number;
  readonly faultMs: number;
  /** Messages each client writes. */
  readonly messages: number;
  /** Chance that somebody deletes one of the rooms. */
  readonly deletion: number;
}

/** Longer than every retry, every time to come back and every vote together. */
const calmMs = 180_000;

export function clusterScenario(options: ClusterWorldOptions, makeCore = makeRoomsCore): Scenario {
  return {
    name: options.name,
    title: options.title,
    run: (seed) => new ClusterWorld(seed, options, makeCore).run(),
  };
}

class ClusterWorld {
  readonly #options: ClusterWorldOptions;
  readonly #simulation: Simulation;
  readonly #links: SimLinks;
  readonly #nodes: SimNode[];
  readonly #clients: SimClient[];
  readonly #checker: ClusterChecker;
  readonly #rooms: RoomId[] = [];
  #written = 0;

  constructor(seed: string, options: ClusterWorldOptions, makeCore: typeof makeRoomsCore) {
    this.#options = options;
    const simulation = new Simulation({ seed, scenario: options.name });
    this.#simulation = simulation;
    this.#links = new SimLinks(simulation, options.links);
    const count = options.nodes(simulation.random('nodes').below(1_000));
    const ids = Array.from({ length: count }, (_, index) => `n${index + 1}`);
    this.#nodes = ids.map((id, index) => {
      // Each knows one other: the rest is learned.
      const join = count > 1 ? [`${ids[(index + 1) % count]}:7070`] : [];
      return new SimNode({
        simulation,
        links: this.#links,
        id,
        join,
        makeCore,
        toClient: (node, session, message) => {
          for (const client of this.#clients) client.arrived(node, session, message);
        },
        ended: (node) => {
          for (const client of this.#clients) client.nodeEnded(node);
        },
      });
    });
    this.#checker = new ClusterChecker(this.#nodes);
    const people = options.clients(simulation.random('clients').below(1_000));
    this.#clients = Array.from({ length: people }, (_, index) => {
      const name = index % 4 === 3 ? `c${index + 1}-guest` : `c${index + 1}`;
      // Endpoints of the network, so that partitions cut clients off too.
      simulation.network.on(name, () => {});
      return new SimClient(simulation, name, this.#nodes, this.#checker);
    });
    simulation.addInvariant('rooms', () => this.#checker.safety());
  }

  run(): ScenarioResult {
    const simulation = this.#simulation;
    simulation.run(3_000);
    for (const client of this.#clients) client.connect();
    simulation.run(3_000);
    this.#gather();
    simulation.run(4_000);
    injectFaults(simulation, this.#options.faults, this.#options.faultMs);
    this.#cutClients();
    this.#talk();
    simulation.run(this.#options.faultMs);
    this.#links.faults = { ...this.#links.faults, reset: 0, halfOpen: 0 };
    // Who left because their node was away too long comes back, as people do.
    for (const afterMs of [70_000, 100_000, 130_000]) simulation.after(afterMs, () => this.#comeBack());
    simulation.run(calmMs);
    for (const client of this.#clients)
      for (const room of client.rooms.keys()) client.ask({ kind: 'info', room });
    simulation.run(5_000);
    const problem = this.#checker.liveness(this.#clients);
    if (problem !== undefined) simulation.fail('all converge', problem);
    const { trace } = simulation;
    const counts = {
      written: this.#written,
      acknowledged: this.#checker.acknowledgedCount,
      shown: this.#checker.shownCount,
      refused: this.#checker.refusedCount,
      gaps: this.#checker.gapCount,
      deleted: this.#checker.deletedCount,
      aborted: this.#checker.abortedCount,
      boots: this.#nodes.reduce((sum, node) => sum + node.process.bootCount, 0),
    };
    return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(200), counts };
  }

  /** Rooms of different nodes, and some of the clients in each. */
  #gather(): void {
    const random = this.#simulation.random('gather');
    for (const node of this.#nodes) {
      for (const [id, { administrator }] of node.store.logs()) {
        if (administrator === node.info.id) this.#rooms.push(id);
      }
    }
    for (const client of this.#clients) {
      for (const room of this.#rooms) if (random.next() < 0.5) client.join(room);
      const one = this.#rooms[random.below(Math.max(1, this.#rooms.length))];
      if (client.wanted.size === 0 && one !== undefined) client.join(one);
    }
  }

  #comeBack(): void {
    for (const client of this.#clients) {
      for (const room of client.wanted) if (!client.rooms.has(room)) client.join(room);
    }
  }

  #talk(): void {
    const random = this.#simulation.random('talk');
    const at = (run: () => void): void =>
      void this.#simulation.after(random.below(this.#options.faultMs), run);
    for (const client of this.#clients) {
      for (let count = 0; count < this.#options.messages; count++) at(() => this.#write(client));
      at(() => this.#amend(client));
      at(() => this.#amend(client));
      if (random.next() < 0.2) at(() => this.#leave(client));
    }
    if (random.next() < this.#options.deletion) at(() => this.#delete());
  }

  #write(client: SimClient): void {
    const random = this.#simulation.random('write');
    const room = pick([...client.rooms.keys()], random.below(1_000));
    if (room === undefined) return;
    this.#written += 1;
    const messageId = `m-${client.actor.name}-${this.#written}`;
    client.order({ kind: 'send', room, messageId, body: `text ${this.#written}` });
  }

  #amend(client: SimClient): void {
    const random = this.#simulation.random('amend');
    const [room, view] = pick([...client.rooms], random.below(1_000)) ?? [];
    const entry = pick(
      view?.entries.filter(({ content }) => content.kind === 'message') ?? [],
      random.below(1_000),
    );
    if (room === undefined || entry === undefined) return;
    this.#written += 1;
    const requestId = `r-${client.actor.name}-${this.#written}`;
    const base = { requestId, room, target: entry.seq };
    const isOwn = entry.author === client.actor.person;
    const choice = random.next();
    if (choice < 0.5 || !isOwn) client.order({ kind: 'react', ...base, emoji: '👍', on: true });
    else if (choice < 0.8) client.order({ kind: 'edit', ...base, body: `changed ${this.#written}` });
    else client.order({ kind: 'redact', ...base });
  }

  #leave(client: SimClient): void {
    const room = [...client.rooms.keys()][0];
    if (room === undefined) return;
    this.#written += 1;
    client.wanted.delete(room);
    client.order({ kind: 'leave', requestId: `leave-${client.actor.name}-${this.#written}`, room });
  }

  /** By an operator, who asks once more when nobody answered. */
  #delete(): void {
    const random = this.#simulation.random('delete');
    const client = pick(this.#clients, random.below(1_000));
    const room = pick(this.#rooms, random.below(1_000));
    if (client === undefined || room === undefined) return;
    client.orderAsOperator({ kind: 'delete', requestId: `delete-${client.actor.name}`, room });
  }

  #cutClients(): void {
    const { clientCutEveryMs, faultMs } = this.#options;
    if (clientCutEveryMs === 0) return;
    const random = this.#simulation.random('client cuts');
    const endMs = this.#simulation.nowMs + faultMs;
    const next = (): void => {
      const delayMs = random.next() * 2 * clientCutEveryMs;
      if (this.#simulation.nowMs + delayMs >= endMs) return;
      this.#simulation.after(delayMs, () => {
        pick(this.#clients, random.below(1_000))?.cut();
        next();
      });
    };
    next();
  }
}

function pick<T>(from: readonly T[], number: number): T | undefined {
  return from.length === 0 ? undefined : from[number % from.length];
}
