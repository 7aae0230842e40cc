import { useSyncExternalStore } from 'react';
import { parseRoute, type Route } from './route.ts';

/** The route of the address bar; changes with it. */
export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash));
}

/** Goes to a hash. */
export function goTo(hash: string): void {
  location.hash = hash;
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}
