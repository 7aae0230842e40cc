export { browserClock } from './browser-clock.ts';
export { type BrowserTimers, workerTimers } from './worker-timers.ts';
