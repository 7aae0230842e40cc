/** A key that is kept out of a cluster, or was: whoever has it is not signed in by any node (design, section 5). */
import type { Name, PersonId } from '../ids.ts';

export interface KeptKey {
  /** The fingerprint of the key. */
  readonly person: PersonId;
  /** What they were called when they were kept out last. */
  readonly name: Name;
  /** False: they were let in again. That is remembered, so that no other directory brings it back. */
  readonly isOut: boolean;
  /** Counts its changes, from 1. */
  readonly epoch: number;
  /** The operator who changed it last, and when by the clock of their node: to show, never to order by. */
  readonly by: Name;
  readonly atMs: number;
}

/**
 * Which of two records of one key holds: the one of more changes, of as many the one that keeps out. No clock has a say,
 * for each may be an hour off, and who is kept out by mistake is let in more easily than the other way round. A total
 * order, so that merging in any order gives the same.
 */
export function keyHoldsOver(one: KeptKey, other: KeptKey): boolean {
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  if (one.isOut !== other.isOut) return one.isOut;
  if (one.atMs !== other.atMs) return one.atMs > other.atMs;
  if (one.by !== other.by) return one.by < other.by;
  return one.name < other.name;
}
