/** What goes wrong between several places that carry out one change. */
import { twoPhaseBlocking } from './blocked-participants.ts';
import { halfDone } from './half-done.ts';

export const commitFailures = [twoPhaseBlocking, halfDone];
