import { RaftMember } from '@bothy/protocols';
import { calm, perfectPath, type Scenario } from '@bothy/simulator';
import type { MakeMember } from './raft-words.ts';
import { type RaftWorldOptions, raftScenario } from './raft-world.ts';

export const makeRaftMember: MakeMember = (options, stored, random) =>
  new RaftMember(options, stored, random);

/** Everything that the simulator can break. */
export const roughRaftOptions: RaftWorldOptions = {
  name: 'protocols/raft',
  title: 'Registers replicated by Raft while everything goes wrong',
  founders: (number) => 3 + 2 * (number % 3),
  spares: 2,
  clients: 4,
  thinkMs: 60,
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
  faultMs: 7_000,
  driftPpm: 40_000,
  changeEveryMs: 600,
  transferEveryMs: 1_500,
};

/** Nothing goes wrong: what a lab shows first. */
export const calmRaftOptions: RaftWorldOptions = {
  ...roughRaftOptions,
  name: 'protocols/raft-calm',
  title: 'Registers replicated by Raft on a good day',
  spares: 0,
  faults: calm,
  path: { ...perfectPath, minDelayMs: 1, maxDelayMs: 3 },
  changeEveryMs: 0,
  transferEveryMs: 0,
};

export const roughRaft: Scenario = raftScenario(roughRaftOptions, makeRaftMember);
export const calmRaft: Scenario = raftScenario(calmRaftOptions, makeRaftMember);
