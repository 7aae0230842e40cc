/** A peer is heard every five seconds, falls silent, and comes back. */
import { HeartbeatDetector } from '@bothy/protocols';

const detector = new HeartbeatDetector({ intervalMs: 5_000, timeoutMs: 15_000, startMs: 0 });
const heardAtSeconds = new Set([5, 10, 28]);

let last = '';
for (let second = 0; second <= 30; second++) {
  if (heardAtSeconds.has(second)) detector.heard(second * 1_000);
  const state = detector.state(second * 1_000);
  if (state !== last) console.log(`${String(second).padStart(2)} s  ${state}`);
  last = state;
}
console.log(`next probe at ${detector.probeDueMs / 1_000} s, dead at ${detector.deadlineMs / 1_000} s`);
