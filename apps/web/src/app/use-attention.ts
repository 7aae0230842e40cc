import { useSyncExternalStore } from 'react';

const events = ['focus', 'blur'] as const;

/** Whether somebody is looking: the page is visible and has the focus. */
export function useAttention(): boolean {
  return useSyncExternalStore(subscribe, () => document.visibilityState === 'visible' && document.hasFocus());
}

function subscribe(changed: () => void): () => void {
  for (const event of events) addEventListener(event, changed);
  document.addEventListener('visibilitychange', changed);
  return () => {
    for (const event of events) removeEventListener(event, changed);
    document.removeEventListener('visibilitychange', changed);
  };
}
