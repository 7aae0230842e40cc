/**
 * Ctrl-C and its relatives. One Ctrl-C reaches a program several times: from the terminal, from npm and from the
 * launcher. So signals shortly after the first are the same wish; a later one means "now".
 */

export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

export interface StopSignals {
  /** Resolves at the first signal. */
  readonly requested: Promise<void>;
  /** Stops listening. */
  release(): void;
}

/** Signals within this time are one Ctrl-C. */
const sameWishMs = 1_000;

export function listenForStop(source: SignalSource, monoMs: () => number, stopNow: () => void): StopSignals {
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  let firstMs: number | undefined;
  let request: () => void = () => {};
  const requested = new Promise<void>((resolve) => {
    request = resolve;
  });
  const listener = (): void => {
    const nowMs = monoMs();
    if (firstMs === undefined) {
      firstMs = nowMs;
      request();
    } else if (nowMs - firstMs > sameWishMs) stopNow();
  };
  for (const signal of signals) source.on(signal, listener);
  return {
    requested,
    release() {
      for (const signal of signals) source.off(signal, listener);
    },
  };
}
