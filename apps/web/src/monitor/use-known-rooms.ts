import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useMonitor } from './monitor-context.ts';

export interface KnownRoom {
  readonly id: string;
  readonly name: string;
}

/** The rooms that alarms may go to, as the nodes list them. */
export function useKnownRooms(): readonly KnownRoom[] {
  const { rooms } = useMonitor();
  const { list, connection } = useSyncExternalStore(rooms.subscribe, rooms.state);
  useEffect(() => {
    if (connection === 'open') void rooms.readList();
  }, [rooms, connection]);
  return useMemo(
    () => list.rooms.map(({ id, name }) => ({ id, name })).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    [list.rooms],
  );
}
