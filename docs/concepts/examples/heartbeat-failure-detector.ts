/** A peer and a node of a cluster fall silent and come back; the node is heard more often, and doubted sooner. */
import { HeartbeatDetector } from '@bothy/protocols';

function watch(name: string, intervalMs: number, timeoutMs: number, heardAtSeconds: readonly number[]): void {
  const detector = new HeartbeatDetector({ intervalMs, timeoutMs, startMs: 0 });
  let last = '';
  for (let second = 0; second <= 30; second++) {
    if (heardAtSeconds.includes(second)) detector.heard(second * 1_000);
    const state = detector.state(second * 1_000);
    if (state !== last) console.log(`${name}  ${String(second).padStart(2)} s  ${state}`);
    last = state;
  }
  console.log(
    `${name}: next probe at ${detector.probeDueMs / 1_000} s, dead at ${detector.deadlineMs / 1_000} s`,
  );
}

watch('peer', 5_000, 15_000, [5, 10, 28]);
// A pause of three seconds, and one of seven.
const gone = (second: number): boolean => [5, 6].includes(second) || (second > 20 && second < 27);
watch(
  'node',
  1_000,
  5_000,
  Array.from({ length: 31 }, (_, second) => second).filter((second) => !gone(second)),
);
