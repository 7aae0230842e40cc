/** Time that passes quicker for a session than for the browser: an idle minute without waiting for one. */
import type { Clock, Timers } from '@bothy/runtime';

/** `speed` 10: ten seconds of the session pass in one. */
export function quickClock(speed: number): Clock {
  const startMs = Date.now();
  return {
    monoMs: () => performance.now() * speed,
    wallMs: () => Math.round(startMs + (Date.now() - startMs) * speed),
  };
}

export function quickTimers(speed: number): Timers {
  return {
    set: (afterMs, fire) => setTimeout(fire, afterMs / speed),
    clear: (handle) => clearTimeout(handle as number),
  };
}
