/** What a directory core is started with, and the times and sizes it lives by. */
import type { NodeId } from '@bothy/wire';
import type { DirectoryLimits } from './machine/limits.ts';

export interface DirectoryConfig {
  readonly node: NodeId;
  /** Silence after which another leader is sought, to twice that. More where links are slow. @default 300 */
  readonly electionTimeoutMs?: number;
  /** Well below `electionTimeoutMs`: each costs a message to every voter, also where nothing happens. @default 100 */
  readonly heartbeatMs?: number;
  /**
   * Entries after which a snapshot is taken and the log before it dropped; a quarter of what the directory holds where
   * that is more. @default 1000
   */
  readonly compactEvery?: number;
  /** Less only in tests. */
  readonly limits?: DirectoryLimits;
}

/** Constants, not options: two nodes that disagree on them are hard to reason about. */
export const timing = {
  /** Deadlines are looked at, and membership, this often. */
  tickMs: 250,
  /** From a command to its refusal. */
  answerWithinMs: 5_000,
  /** A leader that does not answer is asked again after so long: it may have started anew behind a link that stayed. */
  askAgainMs: 1_500,
  /** Others are told again how the own directory stands after so long, for the same reason. */
  tellAgainMs: 5_000,
  /** A removal whose member stays is asked for again after so long. */
  orderAgainMs: 2_000,
  /** Without a leader for so long, what is known here counts as old. */
  staleAfterMs: 3_000,
  /** An enrolment that was not answered is asked for again after so long; one that was refused after `tickMs`. */
  enrolAgainMs: 3_000,
  /** Whose other directory has gone out of sight goes on with its own after so long. */
  joinUnseenMs: 3_000,
  /** Whoever is not taken in within this goes on with its own directory, and tries again after the rest. */
  joinAtMostMs: 15_000,
  joinRestMs: 30_000,
  /**
   * A learner has been there for so long when it becomes a voter, and while there is one voter no other directory has
   * been in sight: a directory with several voters ends in no other one, so nodes that start together have to meet first.
   */
  settleMs: 3_000,
  /** A member that says it belongs to another directory is let go after so long. */
  leftMs: 2_000,
} as const;

export const bounds = {
  /** Commands and reads that wait at one node. */
  waiting: 10_000,
  /** Nodes that operators have forgotten at one node, until their members have gone; for some 15 s at most. */
  forgetting: 256,
  /** The largest number of voters; more make every command slower and are lost less often together. */
  voters: 5,
  /** Entries that a learner may be behind when it becomes a voter. */
  behind: 64,
  /** Nodes that were removed and may still be linked. */
  removed: 256,
  /** What a leader has under way for others. */
  entriesPerMessage: 64,
  inFlight: 16,
} as const;
