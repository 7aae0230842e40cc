import type { EdgeHome } from './edge-messages.ts';

/** A total order of the claims for one edge, but for equal ones: higher epoch, then earlier claim, then lower id. */
export function homeHoldsOver(one: EdgeHome, other: EdgeHome): boolean {
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  if (one.claimedMs !== other.claimedMs) return one.claimedMs < other.claimedMs;
  return one.home < other.home;
}
