/** Gives back what a start left behind, once. */

/** Whoever waits for the node has been served by then. */
const afterMs = 3_000;

/**
 * V8 collects old objects when there are more of them, and on a node that has nothing to do there are none: some
 * 10 MB of the start would stay for ever. Does nothing unless Node was started with `--expose-gc`.
 */
export function collectStartGarbage(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  setTimeout(() => void gc({ type: 'major', execution: 'async', flavor: 'last-resort' }), afterMs).unref();
}
