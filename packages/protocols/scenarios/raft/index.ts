import type { Scenario } from '@bothy/simulator';
import type { KnownFailure } from '../known-failure.ts';
import { makeRaftMember } from './make-raft-member.ts';
import { oldTermCounted, singleServerChanges } from './paper-failures.ts';
import { lostQuorum, partialPartition } from './partial-partition.ts';
import { raftScenario } from './raft-world.ts';
import { staleRead } from './stale-read.ts';
import {
  calmRaftOptions,
  changesRaftOptions,
  electionsRaftOptions,
  leasesRaftOptions,
  roughRaftOptions,
} from './world-options.ts';

export const roughRaft: Scenario = raftScenario(roughRaftOptions, makeRaftMember);
export const electionsRaft: Scenario = raftScenario(electionsRaftOptions, makeRaftMember);
export const changesRaft: Scenario = raftScenario(changesRaftOptions, makeRaftMember);
export const leasesRaft: Scenario = raftScenario(leasesRaftOptions, makeRaftMember);
export const calmRaft: Scenario = raftScenario(calmRaftOptions, makeRaftMember);

export const raftFailures: readonly KnownFailure[] = [
  partialPartition,
  lostQuorum,
  oldTermCounted,
  staleRead,
  singleServerChanges,
];
