/** Gives back what a start, and later a burst of work, left behind. */
import { performance } from 'node:perf_hooks';

/** Whoever waits for the node has been served by then. */
const afterMs = 3_000;
const lookEveryMs = 30_000;
/** Less is not worth the tenth of a second that it costs. */
const worthBytes = 64 * 1_024 * 1_024;
/** Of the time between two looks, at most this share was spent working. */
const quietShare = 0.1;

/**
 * V8 collects old objects when there are more of them, and on a node that has nothing to do there are none: some
 * 10 MB of the start would stay for ever, and after 300,000 readings at once 110 MB of empty pages. So it is asked to
 * after the start, and again whenever much was taken since and little is done now. Does nothing unless Node was
 * started with `--expose-gc`.
 */
export function collectStartGarbage(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  let keptBytes: number | undefined;
  let before = performance.eventLoopUtilization();
  const collect = async (): Promise<void> => {
    await gc({ type: 'major', execution: 'async', flavor: 'last-resort' });
    keptBytes = process.memoryUsage.rss();
  };
  setTimeout(() => void collect(), afterMs).unref();
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (isWorthCollecting(process.memoryUsage.rss(), keptBytes, utilization)) void collect();
  }, lookEveryMs).unref();
}

/** `keptBytes`: what was left by the last collection, undefined before the first. `busyShare`: 0 to 1, of late. */
export function isWorthCollecting(bytes: number, keptBytes: number | undefined, busyShare: number): boolean {
  return keptBytes !== undefined && bytes - keptBytes >= worthBytes && busyShare <= quietShare;
}
