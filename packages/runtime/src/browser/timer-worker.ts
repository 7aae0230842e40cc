/** The worker behind `workerTimers`: keeps timers, and tells the page which one is due. */
import type { TimerRequest } from './worker-timers.ts';

const running = new Map<number, ReturnType<typeof setTimeout>>();

self.onmessage = (event: MessageEvent<TimerRequest>) => {
  const { id } = event.data;
  if (event.data.kind === 'clear') {
    clearTimeout(running.get(id));
    running.delete(id);
    return;
  }
  const due = (): void => {
    running.delete(id);
    self.postMessage(id);
  };
  running.set(id, setTimeout(due, event.data.afterMs));
};
