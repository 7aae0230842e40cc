/** For threads: each has a heap of its own, and no program collects that for it. */

/** As long as a node waits before it collects its own: whoever waits for the thread has been served by then. */
const afterMs = 3_000;

/**
 * What a thread's start left, some 3 MB, would stay for ever, for V8 collects when there is more, and a thread that
 * waits for work makes none. So it is asked to, once. Does nothing unless Node was started with `--expose-gc`.
 */
export function collectThreadStart(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  setTimeout(() => void gc({ type: 'major', execution: 'async', flavor: 'last-resort' }), afterMs).unref();
}
