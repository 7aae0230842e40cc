/**
 * A seeded schedule of faults for a stated time, and its end: safety is checked
 * under it, liveness after it. Rule SIM18 in SPEC.md.
 */
import type { Simulation } from './simulation.ts';

export interface FaultProfile {
  /**
   * Mean time between faults of each kind, over the whole world; 0 switches a kind off. Partitions split the
   * processes and the network's endpoints into two groups.
   */
  readonly crashEveryMs: number;
  readonly partitionEveryMs: number;
  readonly clockJumpEveryMs: number;
  readonly diskFailureEveryMs: number;
  /** Some pairs are cut from each other, and both may reach a third. */
  readonly partialPartitionEveryMs: number;
  /** A disk takes nothing for a while, and then goes on. */
  readonly diskStallEveryMs: number;
  /** How long a crashed process stays down, a partition stands, and a disk stalls, at most. */
  readonly maxOutageMs: number;
  /** How wrong a clock may be, either way. */
  readonly maxSkewMs: number;
}

export const calm: FaultProfile = {
  crashEveryMs: 0,
  partitionEveryMs: 0,
  clockJumpEveryMs: 0,
  diskFailureEveryMs: 0,
  partialPartitionEveryMs: 0,
  diskStallEveryMs: 0,
  maxOutageMs: 0,
  maxSkewMs: 0,
};

/** One in four partitions is heard in one direction only: that is what half-broken switches and firewalls do. */
const oneWayShare = 0.25;
/** Chance of each pair to be cut by a partial partition. */
const cutPairShare = 0.3;

/**
 * Injects faults until `forMs` from now. By then every process runs again, and
 * every partition is healed; clocks stay as wrong as they are.
 */
export function injectFaults(simulation: Simulation, profile: FaultProfile, forMs: number): void {
  new FaultSchedule(simulation, profile, simulation.nowMs + forMs).begin();
  simulation.after(forMs, () => {
    simulation.note('faults end');
    healAll(simulation);
  });
}

/** Heals every partition, mends every disk and starts what is down. Clocks stay as wrong as they are. */
export function healAll(simulation: Simulation): void {
  simulation.network.heal();
  for (const process of simulation.processes) {
    process.mendDisk();
    process.start();
  }
  // A commit that was failing already may still end its process.
  simulation.after(lastFailureMs, () => {
    for (const process of simulation.processes) process.start();
  });
}

/** Longer than any commit is under way. */
const lastFailureMs = 1_000;

class FaultSchedule {
  readonly #simulation: Simulation;
  readonly #profile: FaultProfile;
  readonly #endMs: number;
  /** Crashed, with their start to come. */
  readonly #down = new Set<string>();

  constructor(simulation: Simulation, profile: FaultProfile, endMs: number) {
    this.#simulation = simulation;
    this.#profile = profile;
    this.#endMs = endMs;
  }

  begin(): void {
    const { crashEveryMs, diskFailureEveryMs, clockJumpEveryMs, partitionEveryMs } = this.#profile;
    const { partialPartitionEveryMs, diskStallEveryMs, maxOutageMs } = this.#profile;
    this.#every('crash', crashEveryMs, () => this.#crash());
    this.#every('disk', diskFailureEveryMs, () => this.#running('disk')?.failNextCommit());
    this.#every('clock', clockJumpEveryMs, () => this.#jumpClock());
    this.#every('partition', partitionEveryMs, () => this.#partition());
    this.#every('partial', partialPartitionEveryMs, () => this.#partialPartition());
    this.#every('stall', diskStallEveryMs, () => this.#running('stall')?.stallDisk(this.#outageMs('stall')));
    // A process that its disk ended is started again like one that crashed; after 1 ms at least, so that time moves on.
    this.#every('restart', diskFailureEveryMs > 0 ? Math.max(1, maxOutageMs / 2) : 0, () => this.#restart());
  }

  #crash(): void {
    const process = this.#running('crash');
    if (process === undefined) return;
    process.crash();
    this.#down.add(process.id);
    this.#simulation.after(this.#outageMs('crash'), () => {
      this.#down.delete(process.id);
      process.start();
    });
  }

  #restart(): void {
    for (const process of this.#simulation.processes) {
      if (!this.#down.has(process.id)) process.start();
    }
  }

  #jumpClock(): void {
    const skewMs = (this.#random('clock').next() * 2 - 1) * this.#profile.maxSkewMs;
    this.#pick('clock', this.#simulation.processes)?.setSkew(Math.round(skewMs));
  }

  #partition(): void {
    const { network } = this.#simulation;
    const random = this.#random('partition');
    const ids = this.#ids();
    const one = ids.filter(() => random.next() < 0.5);
    const other = ids.filter((id) => !one.includes(id));
    const direction = random.next() < oneWayShare ? 'oneWay' : 'both';
    this.#simulation.note(`partition ${one.join()} | ${other.join()} ${direction}`);
    const heal = network.partition(one, other, direction);
    this.#simulation.after(this.#outageMs('partition'), () => {
      this.#simulation.note(`heal ${one.join()} | ${other.join()}`);
      heal();
    });
  }

  #partialPartition(): void {
    const random = this.#random('partial');
    const ids = this.#ids();
    const pairs = ids.flatMap((one, index) => ids.slice(index + 1).map((other) => [one, other] as const));
    const cut = pairs.filter(() => random.next() < cutPairShare);
    const named = cut.map((pair) => pair.join('|')).join();
    this.#simulation.note(`partial partition ${named}`);
    const heal = this.#simulation.network.cut(cut, random.next() < oneWayShare ? 'oneWay' : 'both');
    this.#simulation.after(this.#outageMs('partial'), () => {
      this.#simulation.note(`heal ${named}`);
      heal();
    });
  }

  #ids(): readonly string[] {
    const { network, processes } = this.#simulation;
    return [...new Set([...processes.map((process) => process.id), ...network.endpoints])];
  }

  #random(kind: string) {
    return this.#simulation.random(`simulator/faults/${kind}`);
  }

  #running(kind: string) {
    return this.#pick(
      kind,
      this.#simulation.processes.filter((process) => process.alive),
    );
  }

  #pick<T>(kind: string, from: readonly T[]): T | undefined {
    return from[this.#random(kind).below(Math.max(1, from.length))];
  }

  /** Ends with the faults at the latest. */
  #outageMs(kind: string): number {
    const leftMs = Math.max(0, this.#endMs - this.#simulation.nowMs);
    return Math.min(leftMs, this.#random(kind).next() * this.#profile.maxOutageMs);
  }

  /** Runs `act` again and again at random times with this mean distance, until the faults end. */
  #every(kind: string, meanMs: number, act: () => void): void {
    if (meanMs <= 0) return;
    const random = this.#random(`${kind}/times`);
    const next = (): void => {
      const delayMs = random.next() * 2 * meanMs;
      if (this.#simulation.nowMs + delayMs >= this.#endMs) return;
      this.#simulation.after(delayMs, () => {
        act();
        next();
      });
    };
    next();
  }
}
