/** The rooms of this tab, for everything below the place. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { FileAccess } from './room-files.ts';
import type { RoomsSession, RoomsState } from './rooms-session.ts';

export interface OpenRooms {
  readonly session: RoomsSession;
  readonly files: FileAccess;
  /** Of the node that this tab talks with. */
  readonly isOperator: () => Promise<boolean>;
  /** For other products over the same connection. */
  readonly extensions: ExtensionLink;
}

/** Methods and notifications that rooms know nothing of. Results and parameters are as they came. */
export interface ExtensionLink {
  /** Rejects with the node's refusal, or `node_unreachable`. */
  readonly ask: (method: string, params: Readonly<Record<string, unknown>>) => Promise<unknown>;
  /** Returns what ends it. */
  readonly on: (method: string, heard: (params: Readonly<Record<string, unknown>>) => void) => () => void;
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
