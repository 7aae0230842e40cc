/** One tab of a browser profile writes: the one that holds the lock (Web Locks). */

/** Ends the hold on the lock. */
export type ReleaseLock = () => void;

/** Takes the lock, or resolves to undefined at once when another tab holds it. */
export function tryProfileLock(name: string): Promise<ReleaseLock | undefined> {
  return new Promise((resolve, reject) => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        resolve(lock === null ? undefined : release);
        return lock === null ? undefined : held;
      })
      .catch(reject);
  });
}

/** Waits for the lock as long as it takes: tabs get it in the order in which they asked. Rejects once aborted. */
export function waitForProfileLock(name: string, signal: AbortSignal): Promise<ReleaseLock> {
  return new Promise((resolve, reject) => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    navigator.locks
      .request(name, { signal }, () => {
        resolve(release);
        return held;
      })
      .catch(reject);
  });
}
