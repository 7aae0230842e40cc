/**
 * Timers that a hidden tab does not slow down: browsers let a hidden page's
 * timers fire once a minute, but not those of a worker. So a worker keeps the
 * time, and the page is told.
 */
import type { TimerHandle, Timers } from '../ports.ts';

export interface BrowserTimers extends Timers {
  /** False when no worker could be made: timers are then the page's, and slow while it is hidden. */
  readonly inWorker: boolean;
  stop(): void;
}

/** What the page asks of the worker. */
export type TimerRequest =
  | { readonly kind: 'set'; readonly id: number; readonly afterMs: number }
  | { readonly kind: 'clear'; readonly id: number };

/** `setTimeout` holds at most 2^31 - 1 ms; a longer time fires there, and the core sets it again. */
const maxTimeoutMs = 2 ** 31 - 1;

export function workerTimers(): BrowserTimers {
  try {
    // In one expression, or bundlers do not see that the file is a worker and copy it as it is.
    const worker = new Worker(new URL('./timer-worker.ts', import.meta.url), {
      type: 'module',
      name: 'bothy-timers',
    });
    return timersIn(worker);
  } catch {
    return pageTimers();
  }
}

function timersIn(worker: Worker): BrowserTimers {
  const waiting = new Map<number, () => void>();
  let last = 0;
  let fallback: BrowserTimers | null = null;
  worker.onmessage = (event: MessageEvent<number>) => {
    const fire = waiting.get(event.data);
    waiting.delete(event.data);
    fire?.();
  };
  worker.onerror = () => {
    // The worker's file could not be loaded: what waits is taken over by the page, late but not lost.
    fallback = pageTimers();
    for (const fire of waiting.values()) fallback.set(0, fire);
    waiting.clear();
  };
  const ask = (request: TimerRequest): void => worker.postMessage(request);
  return {
    get inWorker() {
      return fallback === null;
    },
    set(afterMs, fire): TimerHandle {
      if (fallback !== null) return fallback.set(afterMs, fire);
      last += 1;
      waiting.set(last, fire);
      ask({ kind: 'set', id: last, afterMs: Math.min(afterMs, maxTimeoutMs) });
      return last;
    },
    clear(handle) {
      if (typeof handle !== 'number' || !waiting.delete(handle)) return fallback?.clear(handle);
      ask({ kind: 'clear', id: handle });
    },
    stop() {
      waiting.clear();
      worker.terminate();
    },
  };
}

function pageTimers(): BrowserTimers {
  return {
    inWorker: false,
    // Wrapped, so that a page's handle is never taken for a worker's number.
    set: (afterMs, fire) => ({ id: setTimeout(fire, Math.min(afterMs, maxTimeoutMs)) }),
    clear: (handle) => clearTimeout((handle as { readonly id: ReturnType<typeof setTimeout> }).id),
    stop: () => {},
  };
}
