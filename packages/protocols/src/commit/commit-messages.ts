/** What coordinator and participants of a two-phase commit say, keep and ask for: plain data. Rules 2PC1… in SPEC.md. */
import type { ClearTimer, SetTimer } from '../core.ts';

/** Names one transaction for ever. */
export type TransactionId = string;
export type CommitOutcome = 'committed' | 'aborted';

export type CommitMessage =
  /** Coordinator to participant: can you carry this out, whatever happens from now on? */
  | { readonly kind: 'prepare'; readonly transaction: TransactionId; readonly subject: string }
  /** The answer. `ready` is a promise that outlives a crash. */
  | {
      readonly kind: 'vote';
      readonly transaction: TransactionId;
      readonly vote: 'ready' | 'abort';
      readonly reason?: string;
    }
  /** The decision, said again until it is acknowledged. */
  | { readonly kind: 'commit' | 'rollback'; readonly transaction: TransactionId }
  | { readonly kind: 'acknowledge'; readonly transaction: TransactionId }
  /** A prepared participant that has heard nothing asks. */
  | { readonly kind: 'inquire'; readonly transaction: TransactionId }
  /** A prepared participant whose coordinator will not come back asks another node whether it heard of a commit. */
  | { readonly kind: 'consult'; readonly transaction: TransactionId; readonly subject: string }
  /** The answer. Not committed: whoever says so has not promised, or waits as well, and promises no more. */
  | { readonly kind: 'consulted'; readonly transaction: TransactionId; readonly committed: boolean };

/**
 * What is durable of a transaction, one record for each role and transaction; a later one replaces an earlier one.
 * Ended ones stay as tombstones until `forget`. An abort leaves none at a participant: it is presumed.
 */
export type CommitRecord =
  | {
      readonly role: 'coordinator';
      readonly transaction: TransactionId;
      readonly subject: string;
      readonly state: 'preparing' | CommitOutcome;
      /** Frozen before anything leaves. */
      readonly participants: readonly string[];
      /** A tombstone: all have acknowledged, nothing is left to do, and it must never begin again. */
      readonly finished?: true;
    }
  | {
      readonly role: 'participant';
      readonly transaction: TransactionId;
      readonly subject: string;
      /** `committed` is a tombstone: a PREPARE that comes late must not be promised again. */
      readonly state: 'prepared' | 'committed';
      readonly coordinator: string;
    };

/** Outputs that both roles share. A `persist` is durable before what follows it leaves: the host sees to that. */
export type CommitOutput =
  | { readonly kind: 'persist'; readonly record: CommitRecord }
  /** The record of this role and transaction may go. */
  | { readonly kind: 'forget'; readonly role: CommitRecord['role']; readonly transaction: TransactionId }
  | { readonly kind: 'send'; readonly to: string; readonly message: CommitMessage }
  | SetTimer
  | ClearTimer;

export type Vote = 'ready' | 'abort' | 'silent';
