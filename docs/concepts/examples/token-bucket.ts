/** A person, a program that runs wild, and one that knows where a window ends: what each gets through. */
import { TokenBucket } from '@bothy/protocols';

const rate = { burst: 5, perSecond: 1 };

/** How many of these moments a bucket lets through. */
function byBucket(atMs: readonly number[]): number {
  const bucket = new TokenBucket(rate, 0);
  return atMs.filter((nowMs) => bucket.take(1, nowMs)).length;
}

/** The same rate as a count that begins anew every five seconds. */
function byWindow(atMs: readonly number[]): number {
  const counts = new Map<number, number>();
  return atMs.filter((nowMs) => {
    const window = Math.floor(nowMs / 5_000);
    const count = counts.get(window) ?? 0;
    counts.set(window, count + 1);
    return count < rate.burst;
  }).length;
}

const every = (stepMs: number, fromMs: number, toMs: number): number[] =>
  Array.from({ length: (toMs - fromMs) / stepMs }, (_each, at) => fromMs + at * stepMs);

const talk = [0, 900, 2_100, 2_400, 2_600, 9_000, 9_300];
console.log(`a person says ${talk.length} things in 10 s: ${byBucket(talk)} pass`);
const flood = every(10, 0, 10_000);
console.log(`a program sends ${flood.length} in 10 s: ${byBucket(flood)} pass`);
const edge = every(100, 4_500, 5_500);
console.log(
  `${edge.length} in the second around a window's end: ${byWindow(edge)} pass a count, ${byBucket(edge)} a bucket`,
);
