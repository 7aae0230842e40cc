/** How many alarms nobody has seen, for the rail. What counts them is loaded only where somebody watches alarms. */
import { useEffect, useSyncExternalStore } from 'react';

const key = 'bothy-watches-alarms';
const listeners = new Set<() => void>();
let count = 0;

/** Set by `monitor/alarm-watch.ts`. */
export function setAlarmBadge(next: number): void {
  if (next === count) return;
  count = next;
  for (const listener of listeners) listener();
}

/** This browser has opened Monitor once: from now on alarms are watched wherever one is in the app. */
export function startWatchingAlarms(): void {
  try {
    localStorage.setItem(key, 'yes');
  } catch {
    // Then they are watched while Monitor is open.
  }
  watch();
}

/** The count; the first use in a page starts the watch where it is wanted. */
export function useAlarmBadge(): number {
  useEffect(() => {
    if (isWatched()) watch();
  }, []);
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => count,
  );
}

function isWatched(): boolean {
  try {
    return localStorage.getItem(key) === 'yes';
  } catch {
    return false;
  }
}

function watch(): void {
  // Without a node in reach, or after an update, it is tried again when Monitor is opened.
  import('../monitor/alarm-watch.ts').then(({ watchAlarms }) => watchAlarms()).catch(() => {});
}
