/** Has the browser keep the app, so that it opens with no node in reach. Without it the app works as long as there is one. */
export function keepOffline(): void {
  // Absent on pages that are not secure, and in some private windows.
  navigator.serviceWorker?.register('/service-worker.js').catch((thrown: unknown) => {
    console.warn('This browser does not keep the app for when no node is in reach.', thrown);
  });
}

/** Asks the browser not to clear keys and messages when room gets scarce. It may say no, and asks nobody again. */
export function keepStorage(): void {
  navigator.storage?.persist?.().catch(() => undefined);
}
