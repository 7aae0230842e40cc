/** The textbook in the simulator: what tests, soak runs and the lab run. */
import type { Scenario } from '@bothy/simulator';
import type { KnownFailure } from './known-failure.ts';
import { calmRaft, roughRaft } from './raft/index.ts';

/** What `npm run soak` runs. */
export const scenarios: readonly Scenario[] = [roughRaft, calmRaft];

/** Failures that others met first, each with the fix as a switch. */
export const knownFailures: readonly KnownFailure[] = [];
