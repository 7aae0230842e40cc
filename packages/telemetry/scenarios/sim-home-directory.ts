/**
 * The directory of simulated nodes, as homes of edges know it. The first node is its one voter, as in a cluster of two: who
 * cannot reach it is refused after some seconds; now and then nobody can say whether a command was carried out, and it may
 * be later. What a node knows of it arrives after a while, and a start knows a little less than the start before did.
 */
import { DirectoryMachine } from '@bothy/directory/core';
import { DirectoryHistory } from '@bothy/directory/core/testing';
import type { Simulation } from '@bothy/simulator';
import type { NodeOutput } from '@bothy/telemetry/core';
import type { DirectoryCommand, DirectoryResult, EdgeHome, EdgeId } from '@bothy/wire';
import type { SimTelemetryNode } from './sim-telemetry-node.ts';

type Question = Extract<NodeOutput, { readonly kind: 'askDirectory' }>;

interface Entry {
  readonly command: DirectoryCommand;
  readonly result: DirectoryResult;
}

const patienceMs = 5_000;
const lookMs = 250;
const maxDelayMs = 40;
/** Chance that an answer is lost. */
const lost = 0.1;
const unavailable = { ok: false, code: 'directory_unavailable', message: 'It cannot be reached.' } as const;

export class SimHomeDirectory {
  readonly #simulation: Simulation;
  readonly #nodes: () => readonly SimTelemetryNode[];
  readonly #machine = new DirectoryMachine();
  readonly #log: Entry[] = [];
  /** How much of the order each node has. */
  readonly #applied = new Map<SimTelemetryNode, number>();
  readonly counts = { homesAsked: 0, homesRefused: 0, homesLost: 0, unjudged: 0 };
  readonly #history: DirectoryHistory;

  constructor(simulation: Simulation, nodes: () => readonly SimTelemetryNode[]) {
    this.#simulation = simulation;
    this.#nodes = nodes;
    this.#history = new DirectoryHistory(() => simulation.nowMs);
    this.#spread();
  }

  homeOf(edge: EdgeId): string | undefined {
    return this.#machine.home(edge)?.home;
  }

  /** What nodes were answered is as if one machine had answered them. */
  problem(): string | undefined {
    const problem = this.#history.problem();
    this.counts.unjudged = this.#history.unjudged;
    return problem;
  }

  /** The node's cores run. */
  started(node: SimTelemetryNode): void {
    const applied = Math.max(0, (this.#applied.get(node) ?? 0) - this.#random('start').below(4));
    this.#applied.set(node, applied);
    const machine = new DirectoryMachine();
    for (const { command } of this.#log.slice(0, applied)) machine.apply(command);
    node.process.submit({ kind: 'directorySays', whole: true, homes: machine.homes(), gone: [] });
  }

  ask(node: SimTelemetryNode, { id, command }: Question): void {
    this.counts.homesAsked += 1;
    const { bootCount } = node.process;
    const told = this.#history.asked(node.id, command);
    const deadlineMs = this.#simulation.nowMs + patienceMs;
    const isOver = (): boolean => !node.process.alive || node.process.bootCount !== bootCount;
    const refuse = (mayHappen: boolean): void => {
      this.counts.homesRefused += 1;
      if (!mayHappen) told('never');
      node.process.submit({ kind: 'directoryAnswered', id, result: { ...unavailable, mayHappen } });
    };
    const reach = (then: () => void, mayHappen: boolean): void => {
      if (isOver()) return;
      if (this.#reaches(node)) return then();
      if (this.#simulation.nowMs >= deadlineMs) return refuse(mayHappen);
      this.#simulation.after(lookMs, () => reach(then, mayHappen));
    };
    const carryOut = (): void => {
      if (this.#random('lost').next() < lost) {
        this.counts.homesLost += 1;
        // Now, later, or never.
        const random = this.#random('later');
        if (random.below(3) > 0)
          this.#simulation.after(random.below(15_000), () => void this.#carryOut(command));
        this.#simulation.after(deadlineMs - this.#simulation.nowMs, () => isOver() || refuse(true));
        return;
      }
      const result = this.#carryOut(command);
      const upTo = this.#log.length;
      const answer = (): void => {
        this.#apply(node, upTo);
        told(result);
        node.process.submit({ kind: 'directoryAnswered', id, result: { ok: true, result } });
      };
      this.#later(() => reach(answer, true));
    };
    this.#later(() => reach(carryOut, false));
  }

  /** An operator's command. */
  order(command: DirectoryCommand): void {
    this.#history.asked('operator', command)(this.#carryOut(command));
  }

  /** Carries it out; nodes hear of it. */
  #carryOut(command: DirectoryCommand): DirectoryResult {
    const result = this.#machine.apply(command);
    this.#log.push({ command, result });
    const upTo = this.#log.length;
    for (const node of this.#nodes()) this.#later(() => this.#reaches(node) && this.#apply(node, upTo));
    return result;
  }

  /** What has not arrived, because a node was away. */
  #spread(): void {
    this.#simulation.after(500, () => {
      for (const node of this.#nodes()) if (this.#reaches(node)) this.#apply(node, this.#log.length);
      this.#spread();
    });
  }

  #apply(node: SimTelemetryNode, upTo: number): void {
    const from = this.#applied.get(node);
    if (from === undefined || from >= upTo || !node.process.alive) return;
    this.#applied.set(node, upTo);
    for (const entry of this.#log.slice(from, upTo)) {
      const { homes, gone } = changedBy(entry);
      if (homes.length + gone.length === 0) continue;
      node.process.submit({ kind: 'directorySays', whole: false, homes, gone });
    }
  }

  #reaches(node: SimTelemetryNode): boolean {
    const [voter] = this.#nodes();
    if (voter === undefined || !voter.process.alive || !node.process.alive) return false;
    const { network } = this.#simulation;
    return node === voter || (network.reachable(node.id, voter.id) && network.reachable(voter.id, node.id));
  }

  #later(run: () => void): void {
    this.#simulation.after(this.#random('delay').next() * maxDelayMs, run);
  }

  #random(concern: string) {
    return this.#simulation.random(`homes/${concern}`);
  }
}

function changedBy({ command, result }: Entry): {
  readonly homes: readonly EdgeHome[];
  readonly gone: readonly EdgeId[];
} {
  if (command.kind === 'forgetHome') return { homes: [], gone: [command.edge] };
  if (result.kind === 'removed') return { homes: result.moved, gone: [] };
  return { homes: result.kind === 'home' && result.home !== null ? [result.home] : [], gone: [] };
}
