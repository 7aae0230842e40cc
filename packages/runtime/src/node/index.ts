/** Clock and timers of Node. */
import { maxTimeoutMs } from '../max-timeout.ts';
import type { Clock, Timers } from '../ports.ts';

export const nodeClock: Clock = {
  monoMs: () => performance.now(),
  wallMs: () => Date.now(),
};

export const nodeTimers: Timers = {
  set: (afterMs, fire) => setTimeout(fire, Math.min(afterMs, maxTimeoutMs)),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
