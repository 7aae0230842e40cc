/**
 * The directory of a simulated cluster, as nodes see a replicated one: one order of commands for all, which goes on while
 * the node that asks reaches most nodes, and is refused after some seconds else; now and then nobody can say whether a
 * command was carried out, and it may be later. What a node knows of it arrives after a while, and a start knows a
 * little less than the start before did.
 */
import { DirectoryHistory } from '@bothy/directory/core/testing';
import type { RoomsOutput } from '@bothy/rooms/core';
import type { Simulation } from '@bothy/simulator';
import type { DirectoryResult, RoomId } from '@bothy/wire';
import { DirectoryModel, type RoomDirectoryCommand } from './room-store.ts';
import type { NodeDirectory, SimNode } from './sim-node.ts';

export type DirectoryQuestion = Extract<RoomsOutput, { kind: 'askDirectory' }>;

/** What a cluster and its checker ask of a directory: the model here, or the one that runs in the product. */
export interface ClusterDirectory extends NodeDirectory {
  administrator(room: RoomId): string | undefined;
  roomsOf(node: string): readonly RoomId[];
  isBuried(room: RoomId): boolean;
  /** What is wrong with it once the faults have ended. */
  problem(): string | undefined;
  readonly counts: Readonly<Record<string, number>>;
}

interface Entry {
  readonly command: RoomDirectoryCommand;
  readonly result: DirectoryResult;
}

/** What a node knows, and how much of the order that is. It is on its disk. */
interface Known {
  applied: number;
  model: DirectoryModel;
}

const patienceMs = 5_000;
const lookMs = 250;
const maxDelayMs = 40;
/** Chance that an answer is lost. */
const lost = 0.1;
const unavailable = {
  ok: false,
  code: 'directory_unavailable',
  message: 'Most nodes cannot be reached.',
} as const;

export class SimDirectory implements ClusterDirectory {
  readonly #simulation: Simulation;
  readonly #members: () => readonly SimNode[];
  readonly #log: Entry[] = [];
  readonly #model = new DirectoryModel();
  readonly #known = new Map<SimNode, Known>();
  readonly counts = { claims: 0, taken: 0, directoryRefused: 0, lostAnswers: 0, buried: 0, unjudged: 0 };
  readonly #history: DirectoryHistory;

  /** `members`: nodes that count. */
  constructor(simulation: Simulation, members: () => readonly SimNode[]) {
    this.#simulation = simulation;
    this.#members = members;
    this.#history = new DirectoryHistory(() => simulation.nowMs);
    this.#spread();
  }

  /** The node that has claimed a room. */
  administrator(room: RoomId): string | undefined {
    return this.#model.rooms.get(room)?.administrator;
  }

  /** What this node has claimed, and nobody has buried. */
  roomsOf(node: string): readonly RoomId[] {
    return [...this.#model.rooms.values()].flatMap(({ room, administrator }) =>
      administrator === node ? [room] : [],
    );
  }

  isBuried(room: RoomId): boolean {
    return this.#model.buried.has(room);
  }

  /** The node's rooms run. */
  started(node: SimNode): void {
    const before = this.#known.get(node)?.applied ?? 0;
    const applied = Math.max(0, before - this.#random('start').below(4));
    const model = new DirectoryModel();
    for (const { command } of this.#log.slice(0, applied)) model.do(command);
    this.#known.set(node, { applied, model });
    const held = [...node.store.logs().keys()].filter((room) => !node.store.isDraft(room));
    node.process.submit({ kind: 'directorySays', whole: true, ...model.about(held) });
  }

  /** What nodes were answered is as if one machine had answered them. */
  problem(): string | undefined {
    const problem = this.#history.problem();
    this.counts.unjudged = this.#history.unjudged;
    return problem;
  }

  ask(node: SimNode, { id, command }: DirectoryQuestion): void {
    const { bootCount } = node.process;
    const told = this.#history.asked(node.info.id, command);
    const deadlineMs = this.#simulation.nowMs + patienceMs;
    const isOver = (): boolean => !node.alive() || node.process.bootCount !== bootCount;
    const refuse = (mayHappen: boolean): void => {
      this.counts.directoryRefused += 1;
      if (!mayHappen) told('never');
      node.process.submit({ kind: 'directoryAnswered', id, result: { ...unavailable, mayHappen } });
    };
    /** Waits until most nodes are reached. */
    const reach = (then: () => void, mayHappen: boolean): void => {
      if (isOver()) return;
      if (this.#reachesMost(node)) return then();
      if (this.#simulation.nowMs >= deadlineMs) return refuse(mayHappen);
      this.#simulation.after(lookMs, () => reach(then, mayHappen));
    };
    const carryOut = (): void => {
      if (this.#random('lost').next() < lost) {
        this.counts.lostAnswers += 1;
        // Now, later, or never.
        const random = this.#random('later');
        if (random.below(3) > 0)
          this.#simulation.after(random.below(15_000), () => void this.#append(command));
        this.#simulation.after(deadlineMs - this.#simulation.nowMs, () => isOver() || refuse(true));
        return;
      }
      const { index, result } = this.#append(command);
      const answer = (): void => {
        this.#apply(node, index);
        told(result);
        node.process.submit({ kind: 'directoryAnswered', id, result: { ok: true, result } });
      };
      this.#later(() => reach(answer, true));
    };
    this.#later(() => reach(carryOut, false));
  }

  #append(command: RoomDirectoryCommand): { readonly index: number; readonly result: DirectoryResult } {
    const result = this.#model.do(command);
    this.#log.push({ command, result });
    if (result.kind === 'claimed') this.counts.claims += 1;
    if (result.kind === 'roomTaken') this.counts.taken += 1;
    if (result.kind === 'done') this.counts.buried += 1;
    const index = this.#log.length;
    for (const node of this.#members())
      this.#later(() => this.#reachesMost(node) && this.#apply(node, index));
    return { index, result };
  }

  /** What has not arrived, because a node was away. */
  #spread(): void {
    this.#simulation.after(500, () => {
      for (const node of this.#members()) if (this.#reachesMost(node)) this.#apply(node, this.#log.length);
      this.#spread();
    });
  }

  #apply(node: SimNode, upTo: number): void {
    const known = this.#known.get(node);
    if (known === undefined || !node.alive()) return;
    for (; known.applied < upTo; known.applied++) {
      const entry = this.#log[known.applied];
      if (entry === undefined) return;
      const { command, result } = entry;
      known.model.do(command);
      const rooms = command.kind === 'claimRoom' && result.kind === 'claimed' ? [command.claim] : [];
      const buried = command.kind === 'buryRoom' ? [command.room] : [];
      if (rooms.length + buried.length === 0) continue;
      node.process.submit({ kind: 'directorySays', whole: false, rooms, buried });
    }
  }

  #reachesMost(node: SimNode): boolean {
    const members = this.#members();
    if (!node.alive()) return false;
    const { network } = this.#simulation;
    const reached = members.filter((other) => {
      if (other === node) return true;
      const [one, two] = [node.info.id, other.info.id];
      return other.alive() && network.reachable(one, two) && network.reachable(two, one);
    });
    return reached.length * 2 > members.length;
  }

  #later(run: () => void): void {
    this.#simulation.after(this.#random('delay').next() * maxDelayMs, run);
  }

  #random(concern: string) {
    return this.#simulation.random(`directory/${concern}`);
  }
}
