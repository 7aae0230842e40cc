/**
 * Timers that a hidden tab does not slow down: browsers let a hidden page's
 * timers fire once a minute, but not those of a worker. So a worker keeps the
 * time, and the page is told. Rules PLAT2 to PLAT4 in SPEC.md.
 */
import { maxTimeoutMs } from '../max-timeout.ts';
import type { TimerHandle, Timers } from '../ports.ts';

export interface BrowserTimers extends Timers {
  /** False when there is no worker: timers are then the page's, and slow while it is hidden. */
  readonly inWorker: boolean;
  stop(): void;
}

/** What the page asks of the worker; the worker answers with the id of what is due. */
export type TimerRequest =
  | { readonly kind: 'set'; readonly id: number; readonly afterMs: number }
  | { readonly kind: 'clear'; readonly id: number };

/** Whatever keeps the time: it is given ids, and says which one is due. */
interface TimeKeeper {
  readonly inWorker: boolean;
  set(id: number, afterMs: number): void;
  clear(id: number): void;
  stop(): void;
}

interface Waiting {
  readonly fire: () => void;
  /** By `performance.now()`. */
  readonly dueMs: number;
}

export function workerTimers(): BrowserTimers {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  const due = (id: number): void => {
    const timer = waiting.get(id);
    waiting.delete(id);
    timer?.fire();
  };
  const useThePage = (): void => {
    keeper.stop();
    keeper = pageKeeper(due);
    const nowMs = performance.now();
    for (const [id, { dueMs }] of waiting) keeper.set(id, dueMs - nowMs);
  };
  let keeper = workerKeeper(due, useThePage) ?? pageKeeper(due);
  return {
    get inWorker() {
      return keeper.inWorker;
    },
    set(afterMs, fire): TimerHandle {
      lastId += 1;
      waiting.set(lastId, { fire, dueMs: performance.now() + afterMs });
      keeper.set(lastId, afterMs);
      return lastId;
    },
    clear(handle) {
      if (typeof handle === 'number' && waiting.delete(handle)) keeper.clear(handle);
    },
    stop() {
      waiting.clear();
      keeper.stop();
    },
  };
}

/** Undefined when no worker can be made here; `lost` when its file turns out not to load. */
function workerKeeper(due: (id: number) => void, lost: () => void): TimeKeeper | undefined {
  let worker: Worker;
  try {
    // In one expression, or bundlers do not see that the file is a worker and copy it as it is.
    worker = new Worker(new URL('./timer-worker.ts', import.meta.url), {
      type: 'module',
      name: 'bothy-timers',
    });
  } catch {
    return undefined;
  }
  worker.onmessage = (event: MessageEvent<number>) => due(event.data);
  worker.onerror = () => lost();
  const ask = (request: TimerRequest): void => worker.postMessage(request);
  return {
    inWorker: true,
    set: (id, afterMs) => ask({ kind: 'set', id, afterMs: Math.min(afterMs, maxTimeoutMs) }),
    clear: (id) => ask({ kind: 'clear', id }),
    stop: () => worker.terminate(),
  };
}

function pageKeeper(due: (id: number) => void): TimeKeeper {
  const handles = new Map<number, ReturnType<typeof setTimeout>>();
  const clear = (id: number): void => {
    clearTimeout(handles.get(id));
    handles.delete(id);
  };
  return {
    inWorker: false,
    set: (id, afterMs) => {
      const fire = (): void => {
        handles.delete(id);
        due(id);
      };
      handles.set(id, setTimeout(fire, Math.min(afterMs, maxTimeoutMs)));
    },
    clear,
    stop: () => {
      for (const id of [...handles.keys()]) clear(id);
    },
  };
}
