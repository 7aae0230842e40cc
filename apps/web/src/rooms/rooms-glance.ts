/** What rail and top bar show of rooms. What knows it is loaded only in a browser whose person is in rooms. */
import { useEffect, useSyncExternalStore } from 'react';
import { keptRooms } from './kept-rooms.ts';

export interface RoomsGlance {
  /** Messages of others that were not read, over all rooms. */
  readonly unread: number;
  /** The node that rooms go on at; undefined while there is none. */
  readonly node: string | undefined;
}

const listeners = new Set<() => void>();
let glance: RoomsGlance = { unread: 0, node: undefined };

/** Set by `open-rooms.ts`. */
export function setRoomsGlance(next: RoomsGlance): void {
  if (next.unread === glance.unread && next.node === glance.node) return;
  glance = next;
  for (const listener of listeners) listener();
}

export function useRoomsGlance(person: string): RoomsGlance {
  useEffect(() => {
    if (keptRooms(person, () => localStorage).read().length === 0) return;
    // Without them, or after an update, it is tried again when Rooms are opened.
    import('./open-rooms.ts').then(({ openRooms }) => openRooms()).catch(() => {});
  }, [person]);
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => glance,
  );
}
