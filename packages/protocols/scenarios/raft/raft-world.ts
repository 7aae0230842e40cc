/**
 * Three, five or seven members and some more that may be taken in, clients and an operator, while everything goes
 * wrong; then the faults end, and within a stated time everything that was asked for must be done.
 */
import type { MemberId } from '@bothy/protocols';
import {
  type FaultProfile,
  injectFaults,
  type PathFaults,
  type Scenario,
  type ScenarioResult,
  Simulation,
} from '@bothy/simulator';
import { expectOneRegister } from '../one-register.ts';
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
  /** Of the clients, those that write nothing: beside a leader that is cut off they go on. */
  readonly readers: number;
  readonly thinkMs: number;
  /** After which a client asks somebody else. */
  readonly patienceMs: number;
  readonly leaseShare: number;
  readonly faults: FaultProfile;
  readonly path: PathFaults;
  /** Mean time between cuts of who leads, with some of the readers, from everybody else; 0 for none. */
  readonly isolateLeaderEveryMs: number;
  /** Messages take so long at most on some of the paths. */
  readonly slowMs: number;
  readonly faultMs: number;
  readonly electionTimeoutMs: number;
  /** Each clock runs so much faster or slower. */
  readonly driftPpm: number;
  /** What members take into account for that: how much faster than the slowest one the fastest clock may run. */
  readonly clockDrift: number;
  /** A member makes a snapshot after 5 to so many more commands. */
  readonly compactEvery: number;
  readonly changeEveryMs: number;
  readonly transferEveryMs: number;
}

/** Once nothing is wrong any more, everything that was asked for is done within so many election timeouts. */
const livenessTimeouts = 20;
/** Of all directed paths, those that are slow. */
const slowShare = 0.15;
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
          driftPpm: random.next() < 0.5 ? options.driftPpm : -options.driftPpm,
          compactEvery: 5 + random.below(options.compactEvery),
          answered: (output) => this.#operator.answered(output),
        }),
    );
    this.#slowDown(ids);
    this.#operator = new RaftOperator({
      simulation,
      members: this.members,
      changeEveryMs: options.changeEveryMs,
      transferEveryMs: options.transferEveryMs,
      leastVoters: 2,
    });
    this.#clients = Array.from({ length: options.clients }, (_, index) => {
      const { thinkMs, patienceMs, leaseShare } = options;
      const readsOnly = index < options.readers;
      const keys = ['x', 'y', 'z'];
      return new SimClient({
        name: `c${index + 1}`,
        simulation,
        members: ids,
        keys,
        thinkMs,
        patienceMs,
        leaseShare,
        readsOnly,
      });
    });
  }

  run(): ScenarioResult {
    const { simulation } = this;
    const { faults, faultMs, path } = this.#options;
    injectFaults(simulation, faults, faultMs);
    this.#isolateLeaders(faultMs);
    simulation.run(faultMs);
    simulation.network.setFaults({ ...path, loss: 0, duplicate: 0 });
    simulation.run(lastFailureMs);
    for (const client of this.#clients) client.finish();
    const isSettled = this.#operator.settle(this.#founders);
    simulation.run(livenessTimeouts * this.#options.electionTimeoutMs);
    this.#checkLive(isSettled());
    this.#checkHistory();
    return this.#result();
  }

  /** Who leads thinks so for a while, and so do those who read there, while others write elsewhere. */
  #isolateLeaders(endMs: number): void {
    const { simulation } = this;
    const { isolateLeaderEveryMs, faults, clients, readers } = this.#options;
    if (isolateLeaderEveryMs === 0) return;
    const random = simulation.random('isolated leaders');
    const afterMs = random.next() * 2 * isolateLeaderEveryMs;
    if (simulation.nowMs + afterMs >= endMs) return;
    simulation.after(afterMs, () => {
      const leader = this.members.find(({ isLeader }) => isLeader)?.id;
      if (leader !== undefined) {
        const names = Array.from({ length: clients }, (_, index) => `c${index + 1}`);
        const here = [leader, ...names.slice(0, readers).filter(() => random.next() < 0.7)];
        const there = [...this.members.map(({ id }) => id), ...names].filter((id) => !here.includes(id));
        simulation.note(`${here.join()} cut off`);
        const heal = simulation.network.partition(here, there);
        simulation.after(Math.min(random.next() * faults.maxOutageMs, endMs - simulation.nowMs), heal);
      }
      this.#isolateLeaders(endMs);
    });
  }

  /** Words of an earlier term arrive late. */
  #slowDown(ids: readonly MemberId[]): void {
    const { path, slowMs } = this.#options;
    const random = this.simulation.random('slow paths');
    for (const from of ids) {
      for (const to of ids) {
        if (from === to || slowMs === 0 || random.next() >= slowShare) continue;
        this.simulation.network.setPathFaults(from, to, { ...path, maxDelayMs: slowMs });
      }
    }
  }

  #boot(make: MakeMember, id: MemberId, stored: Parameters<MakeMember>[1]): ReturnType<MakeMember> {
    const founders = this.#founders.includes(id) ? this.#founders : [];
    return make(
      {
        id,
        founders,
        electionTimeoutMs: this.#options.electionTimeoutMs,
        heartbeatMs: 40,
        clockDrift: this.#options.clockDrift,
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
    if (waiting >= 0) simulation.fail(rule, `c${waiting + 1} still waits`);
    if (!isSettled) simulation.fail(rule, `the last change is not over`);
    const founders = this.members.filter(({ id }) => this.#founders.includes(id));
    const [first = '', ...states] = founders.map(({ machine }) => JSON.stringify(machine.state()));
    const differs = states.findIndex((state) => state !== first);
    if (differs >= 0) simulation.fail(rule, `m${differs + 2} shows another state than m1: ${first}`);
  }

  #checkHistory(): void {
    const { commands } = this.checker;
    // What was given up and never committed had no effect: the search would try each of those everywhere.
    const history = this.#clients
      .flatMap(({ operations }) => operations)
      .filter(({ client, seq, output }) => output !== undefined || commands.has(`${client} ${seq}`));
    expectOneRegister(this.simulation, 'linearizable history', history);
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
