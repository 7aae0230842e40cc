/** The rooms of this tab, for everything below the place. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { FileAccess } from './room-files.ts';
import type { RoomsSession, RoomsState } from './rooms-session.ts';

export interface OpenRooms {
  readonly session: RoomsSession;
  readonly files: FileAccess;
  /** Of the node that this tab talks with. */
  readonly isOperator: () => Promise<boolean>;
}

export const RoomsContext = createContext<OpenRooms | undefined>(undefined);

export function useRooms(): OpenRooms {
  const value = useContext(RoomsContext);
  if (value === undefined) throw new Error('Rooms are used outside of their place.');
  return value;
}

export function useRoomsState(): RoomsState {
  const { session } = useRooms();
  return useSyncExternalStore(session.subscribe, session.state);
}
