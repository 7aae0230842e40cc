/** Wall time as monotonic time: after a restart there is no other way to know how long something has lasted. */
import type { Now } from '@bothy/protocols';
import { routeLimits } from '@bothy/wire';

/** A wall clock that was set in between makes it at most 30 days ago, and never later than now. */
export function monoOf(wallMs: number, now: Now): number {
  return now.monoMs - Math.min(Math.max(0, now.wallMs - wallMs), routeLimits.longestMs);
}
