/** A seeded schedule of faults for a stated time, and its end: safety is checked under it, liveness after it. */
import type { Simulation } from './simulation.ts';

export interface FaultProfile {
  /** Mean time between faults of each kind, over the whole world; 0 switches a kind off. */
  readonly crashEveryMs: number;
  readonly partitionEveryMs: number;
  readonly clockJumpEveryMs: number;
  readonly diskFailureEveryMs: number;
  /** How long a crashed process stays down, and a partition stands, at most. */
  readonly maxOutageMs: number;
  /** How wrong a clock may be, either way. */
  readonly maxSkewMs: number;
}

export const calm: FaultProfile = {
  crashEveryMs: 0,
  partitionEveryMs: 0,
  clockJumpEveryMs: 0,
  diskFailureEveryMs: 0,
  maxOutageMs: 0,
  maxSkewMs: 0,
};

/**
 * Injects faults until `forMs` from now. By then every process runs again, and
 * every partition is healed; clocks stay as wrong as they are.
 */
export function injectFaults(simulation: Simulation, profile: FaultProfile, forMs: number): void {
  const endMs = simulation.nowMs + forMs;
  const outage = (kind: string): number => {
    const left = Math.max(0, endMs - simulation.nowMs);
    return Math.min(left, simulation.random(`faults/${kind}`).next() * profile.maxOutageMs);
  };
  const pick = <T>(kind: string, from: readonly T[]): T | undefined =>
    from[simulation.random(`faults/${kind}`).below(Math.max(1, from.length))];
  const running = () => simulation.processes.filter((process) => process.alive);

  every(simulation, 'crash', profile.crashEveryMs, endMs, () => {
    const process = pick('crash', running());
    if (process === undefined) return;
    process.crash();
    simulation.after(outage('crash'), () => process.start());
  });
  every(simulation, 'disk', profile.diskFailureEveryMs, endMs, () => {
    pick('disk', running())?.failNextCommit();
  });
  every(simulation, 'clock', profile.clockJumpEveryMs, endMs, () => {
    const skewMs = (simulation.random('faults/clock').next() * 2 - 1) * profile.maxSkewMs;
    pick('clock', simulation.processes)?.setSkew(Math.round(skewMs));
  });
  every(simulation, 'partition', profile.partitionEveryMs, endMs, () => {
    const random = simulation.random('faults/partition');
    const ids = simulation.processes.map((process) => process.id);
    const one = ids.filter(() => random.next() < 0.5);
    const other = ids.filter((id) => !one.includes(id));
    simulation.note(`partition ${one.join()} | ${other.join()}`);
    simulation.network.partition(one, other, random.next() < 0.25 ? 'oneWay' : 'both');
    simulation.after(outage('partition'), () => {
      simulation.note('heal');
      simulation.network.heal();
    });
  });
  simulation.after(forMs, () => {
    simulation.note('faults end');
    simulation.network.heal();
    for (const process of simulation.processes) {
      process.mendDisk();
      process.start();
    }
  });
  // A process that its disk ended is started again like one that crashed.
  every(simulation, 'restart', profile.diskFailureEveryMs > 0 ? profile.maxOutageMs : 0, endMs, () => {
    for (const process of simulation.processes) process.start();
  });
}

/** Runs `act` again and again at random times with this mean distance, until `endMs`. */
function every(simulation: Simulation, kind: string, meanMs: number, endMs: number, act: () => void): void {
  if (meanMs <= 0) return;
  const random = simulation.random(`faults/${kind}/times`);
  const next = (): void => {
    const delayMs = random.next() * 2 * meanMs;
    if (simulation.nowMs + delayMs >= endMs) return;
    simulation.after(delayMs, () => {
      act();
      next();
    });
  };
  next();
}
