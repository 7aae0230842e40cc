/** The worlds in which Raft is run, from a good day to the worst. */
import { calm, perfectPath } from '@bothy/simulator';
import type { RaftWorldOptions } from './raft-world.ts';

/** Everything that the simulator can break. */
export const roughRaftOptions: RaftWorldOptions = {
  name: 'protocols/raft',
  title: 'Registers replicated by Raft while everything goes wrong',
  founders: (number) => 3 + 2 * (number % 3),
  spares: 2,
  clients: 5,
  readers: 2,
  thinkMs: 60,
  patienceMs: 120,
  leaseShare: 0.4,
  faults: {
    ...calm,
    crashEveryMs: 900,
    partitionEveryMs: 1_200,
    partialPartitionEveryMs: 1_500,
    clockJumpEveryMs: 1_500,
    diskFailureEveryMs: 2_000,
    diskStallEveryMs: 900,
    maxOutageMs: 1_200,
    maxSkewMs: 3_600_000,
  },
  path: { minDelayMs: 1, maxDelayMs: 12, loss: 0.05, duplicate: 0.05, reorder: true },
  isolateLeaderEveryMs: 2_500,
  slowMs: 200,
  faultMs: 12_000,
  electionTimeoutMs: 150,
  driftPpm: 40_000,
  clockDrift: 1.1,
  compactEvery: 60,
  changeEveryMs: 600,
  transferEveryMs: 1_500,
};

/** Who counts changes all the time, while leaders are cut off in the midst of it. */
export const changesRaftOptions: RaftWorldOptions = {
  ...roughRaftOptions,
  name: 'protocols/raft-changes',
  title: 'Members are added, removed and replaced while leaders are cut off',
  founders: () => 3,
  spares: 3,
  faults: {
    ...roughRaftOptions.faults,
    crashEveryMs: 600,
    partitionEveryMs: 400,
    diskFailureEveryMs: 0,
    maxOutageMs: 800,
  },
  isolateLeaderEveryMs: 300,
  changeEveryMs: 80,
  transferEveryMs: 1_000,
};

/** Leaders are cut off and members crash so often that terms last no longer than elections. */
export const electionsRaftOptions: RaftWorldOptions = {
  ...roughRaftOptions,
  name: 'protocols/raft-elections',
  title: 'One election after the other, by members that crash and come back at once',
  // Half of four is no majority.
  founders: () => 4,
  spares: 0,
  clients: 3,
  readers: 0,
  faults: {
    ...calm,
    crashEveryMs: 80,
    diskStallEveryMs: 500,
    partialPartitionEveryMs: 500,
    maxOutageMs: 120,
  },
  isolateLeaderEveryMs: 250,
  slowMs: 300,
  faultMs: 8_000,
  changeEveryMs: 0,
  transferEveryMs: 600,
};

/** Clocks of which one runs twice as fast as another, and leaders that are cut off while others read and write. */
export const leasesRaftOptions: RaftWorldOptions = {
  ...roughRaftOptions,
  name: 'protocols/raft-leases',
  title: 'Reads that trust a lease, where clocks run at different rates',
  founders: () => 3,
  spares: 0,
  clients: 8,
  readers: 4,
  thinkMs: 60,
  patienceMs: 40,
  leaseShare: 0.95,
  faults: {
    ...calm,
    crashEveryMs: 3_000,
    partialPartitionEveryMs: 4_000,
    maxOutageMs: 2_000,
  },
  path: { minDelayMs: 1, maxDelayMs: 4, loss: 0.01, duplicate: 0.01, reorder: true },
  isolateLeaderEveryMs: 1_200,
  slowMs: 0,
  electionTimeoutMs: 600,
  driftPpm: 330_000,
  clockDrift: 2,
  changeEveryMs: 0,
  transferEveryMs: 2_000,
};

/** Nothing goes wrong: what a lab shows first. */
export const calmRaftOptions: RaftWorldOptions = {
  ...roughRaftOptions,
  name: 'protocols/raft-calm',
  title: 'Registers replicated by Raft on a good day',
  spares: 0,
  faults: calm,
  path: { ...perfectPath, minDelayMs: 1, maxDelayMs: 3 },
  isolateLeaderEveryMs: 0,
  slowMs: 0,
  changeEveryMs: 0,
  transferEveryMs: 0,
};
