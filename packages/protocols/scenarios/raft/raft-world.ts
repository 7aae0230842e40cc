/**
 * Three, five or seven members and some more that may be taken in, clients and an operator, while everything goes
 * wrong; then the faults end, and within a stated time everything that was asked for must be done.
 */
import { checkLinearizable, type MemberId, registerModel } from '@bothy/protocols';
import {
  type FaultProfile,
  injectFaults,
  type PathFaults,
  type Scenario,
  type ScenarioResult,
  Simulation,
} from '@bothy/simulator';
import { RaftChecker } from './raft-checker.ts';
import { RaftOperator } from './raft-operator.ts';
import type { MakeMember } from './raft-words.ts';
import { SimClient } from './sim-client.ts';
import { SimMember } from './sim-member.ts';

export interface RaftWorldOptions {
  readonly name: string;
  readonly title: string;
  /** Founders; of a number from 0 to 999. */
  readonly founders: (number: number) => number;
  /** Members that nobody counts at first. */
  readonly spares: number;
  readonly clients: number;
  readonly thinkMs: number;
  readonly leaseShare: number;
  readonly faults: FaultProfile;
  readonly path: PathFaults;
  readonly faultMs: number;
  /** Clocks run up to so much faster or slower. */
  readonly driftPpm: number;
  readonly changeEveryMs: number;
  readonly transferEveryMs: number;
}

export const electionTimeoutMs = 150;
export const heartbeatMs = 40;
/** Of members whose clocks run up to 4 % faster or slower. */
export const clockDrift = 1.1;
/** Once nothing is wrong any more, everything that was asked for is done within so long: twenty election timeouts. */
export const livenessMs = 3_000;
/** A commit that was failing when the faults ended still ends its process, which starts again after this long. */
const lastFailureMs = 1_000;

export function raftScenario(options: RaftWorldOptions, make: MakeMember): Scenario {
  return {
    name: options.name,
    title: options.title,
    run: (seed) => new RaftWorld(seed, options, make).run(),
  };
}

export class RaftWorld {
  readonly simulation: Simulation;
  readonly checker: RaftChecker;
  readonly members: readonly SimMember[];
  readonly #options: RaftWorldOptions;
  readonly #founders: readonly MemberId[];
  readonly #clients: readonly SimClient[];
  readonly #operator: RaftOperator;

  constructor(seed: string, options: RaftWorldOptions, make: MakeMember) {
    const simulation = new Simulation({ seed, scenario: options.name, traceLines: 500 });
    const checker = new RaftChecker((rule, sentence) => simulation.violated(rule, sentence));
    this.simulation = simulation;
    this.checker = checker;
    this.#options = options;
    simulation.network.setFaults(options.path);
    const random = simulation.random('world');
    const founders = options.founders(random.below(1_000));
    const ids = Array.from({ length: founders + options.spares }, (_, index) => `m${index + 1}`);
    this.#founders = ids.slice(0, founders);
    this.members = ids.map(
      (id) =>
        new SimMember({
          id,
          simulation,
          checker,
          boot: (member, disk) => this.#boot(make, member, disk.stored),
          driftPpm: (random.next() * 2 - 1) * options.driftPpm,
          compactEvery: 5 + random.below(60),
          answered: (output) => this.#operator.answered(output),
        }),
    );
    this.#operator = new RaftOperator({
      simulation,
      members: this.members,
      changeEveryMs: options.changeEveryMs,
      transferEveryMs: options.transferEveryMs,
      leastVoters: 2,
    });
    this.#clients = Array.from({ length: options.clients }, (_, index) => {
      const { thinkMs, leaseShare } = options;
      const keys = ['x', 'y', 'z'];
      return new SimClient({ name: `c${index + 1}`, simulation, members: ids, keys, thinkMs, leaseShare });
    });
  }

  run(): ScenarioResult {
    const { simulation } = this;
    const { faults, faultMs, path } = this.#options;
    injectFaults(simulation, faults, faultMs);
    simulation.run(faultMs);
    simulation.network.setFaults({ ...path, loss: 0, duplicate: 0 });
    simulation.run(lastFailureMs);
    for (const client of this.#clients) client.finish();
    const isSettled = this.#operator.settle(this.#founders);
    simulation.run(livenessMs);
    this.#checkLive(isSettled());
    this.#checkHistory();
    return this.#result();
  }

  #boot(make: MakeMember, id: MemberId, stored: Parameters<MakeMember>[1]): ReturnType<MakeMember> {
    const founders = this.#founders.includes(id) ? this.#founders : [];
    return make(
      {
        id,
        founders,
        electionTimeoutMs,
        heartbeatMs,
        clockDrift,
        maxEntriesPerMessage: 8,
        maxInFlight: 4,
        maxWaiting: 100,
      },
      stored,
      this.simulation.random(`member/${id}`),
    );
  }

  #checkLive(isSettled: boolean): void {
    const { simulation } = this;
    const rule = 'liveness after healing';
    const waiting = this.#clients.findIndex(({ isIdle }) => !isIdle);
    if (waiting >= 0) simulation.fail(rule, `c${waiting + 1} waits since ${livenessMs} ms`);
    if (!isSettled) simulation.fail(rule, `the last change is not over after ${livenessMs} ms`);
    const founders = this.members.filter(({ id }) => this.#founders.includes(id));
    const [first = '', ...states] = founders.map(({ machine }) => JSON.stringify(machine.state()));
    const differs = states.findIndex((state) => state !== first);
    if (differs >= 0) simulation.fail(rule, `m${differs + 2} shows another state than m1: ${first}`);
  }

  #checkHistory(): void {
    const history = this.#clients.flatMap(({ operations }) => operations);
    const verdict = checkLinearizable(history, registerModel);
    if (verdict.kind === 'holds') return;
    const sentence =
      verdict.kind === 'unknown'
        ? `not decided in ${verdict.steps} steps`
        : `${verdict.sentence} ${JSON.stringify(verdict.witness)}`;
    this.simulation.fail('linearizable history', sentence);
  }

  #result(): ScenarioResult {
    const { trace, network } = this.simulation;
    const sum = (of: (member: SimMember) => number): number =>
      this.members.reduce((total, member) => total + of(member), 0);
    const counts = {
      ...network.counts,
      answered: this.#clients.reduce((total, { answered }) => total + answered, 0),
      committed: this.checker.committed,
      terms: this.checker.terms,
      boots: sum(({ process }) => process.bootCount),
      snapshots: sum(({ snapshots }) => snapshots),
      changes: this.#operator.changes,
      transfers: this.#operator.transfers,
    };
    return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(60), counts };
  }
}
