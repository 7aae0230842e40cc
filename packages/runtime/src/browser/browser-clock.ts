import type { Clock } from '../ports.ts';

/** `performance.now()` stands still in some browsers while the machine sleeps; links notice by their silence. */
export const browserClock: Clock = {
  monoMs: () => performance.now(),
  wallMs: () => Date.now(),
};
