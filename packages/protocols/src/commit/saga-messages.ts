/** What a saga is made of, keeps and asks for: plain data. Rules SG1… in SPEC.md. */
import type { ClearTimer, SetTimer } from '../core.ts';

/** Names one saga for ever. */
export type SagaId = string;

export interface SagaStep {
  /** Unique in its saga. */
  readonly name: string;
  /**
   * `compensatable`: can be undone. `pivot`: once it is done there is no way back. `retriable`: succeeds in the end,
   * if tried often enough. A saga has compensatable ones first, then at most one pivot, then retriable ones.
   */
  readonly kind: 'compensatable' | 'pivot' | 'retriable';
}

/**
 * `done`: carried out; before the pivot it may have been followed by an undoing. `failed`: for good, and this
 * attempt had no effect; a pivot's `failed` speaks for all attempts. `again`: it may have had an effect, or not; it is to be tried again.
 */
export type StepOutcome = 'done' | 'failed' | 'again';

export type SagaState = 'running' | 'compensating' | 'completed' | 'compensated';

/** What is durable of a saga; a later record replaces an earlier one. Ended ones stay as tombstones until `forget`. */
export interface SagaRecord {
  readonly saga: SagaId;
  /** What it is about: one saga at a time. */
  readonly subject: string;
  /** Frozen at the start: another version of the program goes on with what was begun. */
  readonly steps: readonly SagaStep[];
  readonly state: SagaState;
  /** Steps that are done and not undone, counted from the first. */
  readonly done: number;
  /** Why it turned back, for people. */
  readonly reason?: string;
  /** It turns back for this reason once the attempt that runs has ended; only while `running`. */
  readonly cancelled?: string;
}

/** How a saga stands. */
export interface SagaProgress extends SagaRecord {
  /** The step that is being carried out or undone. */
  readonly step?: string;
  /** Attempts at it since this process started, the one that runs included. */
  readonly attempts: number;
  /** What the last attempt said, for people. */
  readonly trouble?: string;
}

export type SagaOutput =
  | { readonly kind: 'persist'; readonly record: SagaRecord }
  | { readonly kind: 'forget'; readonly saga: SagaId }
  /** Carry this step out, or undo it; it may have been before. Answered by `stepEnded` with the same words. */
  | {
      readonly kind: 'carryOut' | 'undo';
      readonly saga: SagaId;
      readonly subject: string;
      readonly step: string;
    }
  /** Durable already. */
  | { readonly kind: 'ended'; readonly record: SagaRecord }
  | SetTimer
  | ClearTimer;
