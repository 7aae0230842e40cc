/** Nodes, links and clients of one simulated cluster, and who watches them. */
import { type FaultProfile, type ScenarioResult, Simulation } from '@bothy/simulator';
import type { RoomId } from '@bothy/wire';
import { ClusterChecker } from './cluster-checker.ts';
import { ClusterPeace } from './cluster-peace.ts';
import { ReplicatedDirectory } from './replicated-directory.ts';
import { SimClient } from './sim-client.ts';
import { type ClusterDirectory, SimDirectory } from './sim-directory.ts';
import { type LinkFaults, SimLinks } from './sim-links.ts';
import { makeRoomsCore, type NodeEvent, SimNode } from './sim-node.ts';

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
  /** How many rooms are deleted, by a number of the seed below 1,000. */
  readonly deletions: (number: number) => number;
  /** Chance that the administrator, or another node, crashes while a room is being deleted. */
  readonly crashAtDeletion: number;
  /** Chance that a node that votes for a deletion, or has just decided it, is never seen again, until an operator forgets it. */
  readonly lostVoter: number;
  /** Whether the directory of the product runs beside the rooms, and not a model of one. */
  readonly isReplicated?: boolean;
}

/** Longer than every retry, every time to come back and every vote together. */
export const calmMs = 180_000;

export class SimCluster {
  readonly simulation: Simulation;
  readonly links: SimLinks;
  readonly nodes: readonly SimNode[];
  readonly clients: readonly SimClient[];
  readonly checker: ClusterChecker;
  readonly directory: ClusterDirectory;
  /** Nodes that an operator has made the cluster forget. */
  readonly forgotten = new Set<SimNode>();
  /** Told of what nodes do. */
  watch: ((node: SimNode, event: NodeEvent) => void) | undefined;

  constructor(
    seed: string,
    options: Pick<ClusterWorldOptions, 'name' | 'links' | 'nodes' | 'clients' | 'isReplicated'>,
    makeCore = makeRoomsCore,
  ) {
    const simulation = new Simulation({ seed, scenario: options.name });
    this.simulation = simulation;
    this.links = new SimLinks(simulation, options.links);
    const members = (): readonly SimNode[] => this.nodes.filter((node) => !this.forgotten.has(node));
    this.directory =
      options.isReplicated === true
        ? new ReplicatedDirectory(simulation)
        : new SimDirectory(simulation, members);
    const count = options.nodes(simulation.random('nodes').below(1_000));
    // Sessions are named after their clients.
    const clientOf = new Map<string, SimClient>();
    const ids = Array.from({ length: count }, (_, index) => `n${index + 1}`);
    this.nodes = ids.map((id, index) => {
      // Each knows one other: the rest is learned.
      const join = count > 1 ? [`${ids[(index + 1) % count]}:7070`] : [];
      return new SimNode({
        simulation,
        links: this.links,
        id,
        join,
        makeCore,
        directory: this.directory,
        created: (author, requestId, room) => this.checker.created(author, requestId, room),
        toClient: (node, session, message) => {
          clientOf.get(session.slice(0, session.lastIndexOf('-')))?.arrived(node, session, message);
        },
        ended: (node) => {
          for (const client of this.clients) client.nodeEnded(node);
        },
        watch: (node, event) => {
          if (event.kind === 'performed') this.checker.performed(node, event.output);
          else this.checker.written(event.write);
          this.watch?.(node, event);
        },
      });
    });
    this.checker = new ClusterChecker(this.nodes, this.directory, () => simulation.nowMs);
    const people = options.clients(simulation.random('clients').below(1_000));
    this.clients = Array.from({ length: people }, (_, index) => {
      const name = index % 4 === 3 ? `c${index + 1}-guest` : `c${index + 1}`;
      // Endpoints of the network, so that partitions cut clients off too.
      simulation.network.on(name, () => {});
      return new SimClient(simulation, name, this.nodes, this.checker, index === 0);
    });
    const names = new Map(this.clients.map(({ actor }) => [actor.person, actor.name]));
    for (const client of this.clients) {
      client.names = names;
      clientOf.set(client.actor.name, client);
    }
    simulation.addInvariant('rooms', () => this.checker.safety());
  }

  /** Rooms that nodes administer now, in order of the nodes. */
  get rooms(): readonly RoomId[] {
    return this.nodes.flatMap((node) =>
      [...node.store.logs()].flatMap(([id, { administrator }]) =>
        administrator === node.info.id && !node.store.isDraft(id) ? [id] : [],
      ),
    );
  }

  /** Who left because their node was away too long comes back, as people do. */
  comeBack(): void {
    for (const client of this.clients) {
      for (const room of client.wanted) if (!client.rooms.has(room)) client.join(room);
    }
  }

  /** Lets everything settle, and fails the run unless all agree. */
  settle(forMs = calmMs): void {
    const { simulation } = this;
    this.links.faults = { ...this.links.faults, reset: 0, halfOpen: 0 };
    for (const share of [0.4, 0.55, 0.7]) simulation.after(forMs * share, () => this.comeBack());
    simulation.run(forMs);
    for (const client of this.clients) {
      client.ask({ kind: 'list' });
      for (const room of client.rooms.keys()) client.ask({ kind: 'info', room });
    }
    simulation.run(5_000);
    const nodes = this.nodes.filter((node) => !this.forgotten.has(node));
    const problem = new ClusterPeace(this.checker, nodes, this.clients).problem();
    if (problem !== undefined) simulation.fail('all converge', problem);
  }

  result(counts: Readonly<Record<string, number>>): ScenarioResult {
    const { trace } = this.simulation;
    const own = {
      nodes: this.nodes.length,
      deleted: this.checker.committed.size,
      aborted: this.checker.aborted.size,
      ...this.directory.counts,
      unjudgedRooms: this.checker.histories.unjudged,
      boots: this.nodes.reduce((sum, node) => sum + node.process.bootCount, 0),
    };
    return {
      traceHash: trace.hash,
      traceLines: trace.count,
      tail: trace.tail(200),
      counts: { ...this.checker.counts, ...own, ...counts },
    };
  }
}

export function pick<T>(from: readonly T[], number: number): T | undefined {
  return from.length === 0 ? undefined : from[number % from.length];
}
