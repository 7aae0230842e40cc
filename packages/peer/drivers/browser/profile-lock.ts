/** One tab of a browser profile writes: the one that holds the lock (Web Locks). */

/** After a reload the page before may take a moment to let go. */
const patienceMs = 1_000;

/** Resolves to a function that lets go, or to undefined when another tab holds the lock. */
export function takeProfileLock(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const signal = AbortSignal.timeout(patienceMs);
    navigator.locks
      .request(name, { signal }, () => {
        resolve(release);
        return held;
      })
      .catch((thrown: unknown) => (signal.aborted ? resolve(undefined) : reject(thrown)));
  });
}
