/** Clock and timers of Node. */
import { performance } from 'node:perf_hooks';
import type { Clock, Timers } from '../ports.ts';

export const nodeClock: Clock = {
  monoMs: () => performance.now(),
  wallMs: () => Date.now(),
};

/** `setTimeout` holds at most 2^31 - 1 ms; a longer time fires there, and the core sets it again. */
const maxTimeoutMs = 2 ** 31 - 1;

export const nodeTimers: Timers = {
  set: (afterMs, fire) => setTimeout(fire, Math.min(afterMs, maxTimeoutMs)),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
