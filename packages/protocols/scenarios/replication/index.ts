/** Copies of one thing in several places. */
import { epidemic } from './epidemic.ts';
import { lastWriterWins } from './last-writer-wins.ts';
import { sloppyQuorum } from './quorum-register.ts';
import { primaryBackup, splitBrain } from './replicated-register.ts';

export const replicationScenarios = [primaryBackup, epidemic];
export const replicationFailures = [lastWriterWins, splitBrain, sloppyQuorum];
