/** The running session, for everything below the shell. */
import type { CommandResult, PeerCommand } from '@bothy/peer/core';
import type { PeerSession } from '@bothy/peer/drivers/browser';
import type { PeerState } from '@bothy/peer/views';
import { createContext, useContext, useSyncExternalStore } from 'react';

export interface SessionContextValue {
  readonly session: PeerSession;
  /** Does it, and shows why not when it is refused. Resolves to whether it was done. */
  readonly run: (command: PeerCommand) => Promise<boolean>;
  /** Does it and leaves the answer to the caller. */
  readonly ask: (command: PeerCommand) => Promise<CommandResult>;
}

export const SessionContext = createContext<SessionContextValue | undefined>(undefined);

export function useSession(): SessionContextValue {
  const value = useContext(SessionContext);
  if (value === undefined) throw new Error('A session is used outside of the shell.');
  return value;
}

/** What the session knows; changes with it. */
export function usePeerState(session: PeerSession): PeerState {
  return useSyncExternalStore(
    (changed) => session.subscribe(changed),
    () => session.state(),
  );
}
