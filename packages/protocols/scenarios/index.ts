/** The textbook in the simulator: what tests, soak runs and the lab run. */
import type { Scenario } from '@bothy/simulator';
import { cachingFailures } from './caching/index.ts';
import { answerFirst } from './clocks/answer-first.ts';
import { commitFailures } from './commit/index.ts';
import { swimCalm, swimRough } from './detection/swim-scenario.ts';
import { discoveryFailures } from './discovery/index.ts';
import type { KnownFailure } from './known-failure.ts';
import { glare } from './negotiation/glare.ts';
import { partitioningFailures } from './partitioning/index.ts';
import { calmRaft, changesRaft, electionsRaft, leasesRaft, raftFailures, roughRaft } from './raft/index.ts';
import { recoveryScenarios } from './recovery/index.ts';
import { replicationFailures, replicationScenarios } from './replication/index.ts';
import { resilienceFailures } from './resilience/index.ts';

/** Failures that others met first, each with the fix as a switch. */
export const knownFailures: readonly KnownFailure[] = [
  ...raftFailures,
  ...cachingFailures,
  ...resilienceFailures,
  ...discoveryFailures,
  answerFirst,
  ...commitFailures,
  ...replicationFailures,
  ...partitioningFailures,
  glare,
];

/** What `npm run soak` runs: the fixed variants of known failures too. */
export const scenarios: readonly Scenario[] = [
  roughRaft,
  changesRaft,
  electionsRaft,
  leasesRaft,
  calmRaft,
  swimCalm(),
  swimRough(),
  ...recoveryScenarios,
  ...replicationScenarios,
  ...knownFailures.map(({ scenario }) => scenario(true)),
];

/** The same without the fix; for `npm run soak -- --scenario protocols/glare/broken`, and never without that name. */
export const brokenScenarios: readonly Scenario[] = knownFailures.map(({ scenario }) => scenario(false));

export { makeRaftMember } from './raft/make-raft-member.ts';
export { type RaftWorldOptions, raftScenario } from './raft/raft-world.ts';
export { calmRaftOptions } from './raft/world-options.ts';
