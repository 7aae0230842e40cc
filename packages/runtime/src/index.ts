export { KeyedTimers } from './keyed-timers.ts';
export { Loop, type LoopOptions, type ProductOutput, type Question, type WriteOf } from './loop.ts';
export type { Clock, LoopHost, Storage, TimerHandle, Timers } from './ports.ts';
export { randomSeed } from './random-seed.ts';
export { VirtualTime } from './virtual-time.ts';
