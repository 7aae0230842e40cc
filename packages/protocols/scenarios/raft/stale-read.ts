/** A leader that was cut off and deposed answers reads from what it has, for it cannot know: others have written since. */
import type { Scenario } from '@bothy/simulator';
import type { KnownFailure } from '../known-failure.ts';
import { makeRaftMember } from './make-raft-member.ts';
import { type RaftWorldOptions, raftScenario } from './raft-world.ts';
import { leasesRaftOptions } from './world-options.ts';

const options: Omit<RaftWorldOptions, 'name'> = {
  ...leasesRaftOptions,
  title: 'Reads at a leader that has been deposed meanwhile',
  leaseShare: 0,
  // A leader with a slow clock believes longer that it leads.
  isolateLeaderEveryMs: 800,
  faultMs: 8_000,
};

function scenario(isFixed: boolean): Scenario {
  const name = isFixed ? 'protocols/raft-stale-read' : 'protocols/raft-stale-read/broken';
  return raftScenario({ ...options, name, trustsItself: !isFixed }, makeRaftMember);
}

export const staleRead: KnownFailure = {
  name: 'protocols/raft-stale-read',
  title: 'A deposed leader answers a read without asking a majority whether it still leads',
  source: 'Ongaro: Consensus: Bridging Theory and Practice, 2014, section 6.4',
  breaks: 'linearizable history',
  seeds: 25,
  scenario,
};
