import type { CommandResult } from '@bothy/peer/core';
import type { PeerSession } from '@bothy/peer/drivers/browser';
import { type ReactNode, useMemo, useState } from 'react';
import { SessionContext, type SessionContextValue } from '../app/session-context.ts';
import { Icon } from './icons.tsx';

/** Gives the session to everything below, and shows what it refused until the person has read it. */
export function SessionProvider({ session, children }: { session: PeerSession; children: ReactNode }) {
  const [trouble, setTrouble] = useState<string>();
  const value = useMemo<SessionContextValue>(
    () => ({
      session,
      ask: (command) => session.command(command),
      run: async (command) => {
        const result: CommandResult = await session.command(command);
        setTrouble(result.ok ? undefined : result.message);
        return result.ok;
      },
    }),
    [session],
  );
  return (
    <SessionContext value={value}>
      {children}
      {trouble !== undefined && (
        <div className="trouble" role="alert">
          <p>{trouble}</p>
          <button
            type="button"
            className="button icon-only"
            aria-label="Dismiss"
            onClick={() => setTrouble(undefined)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </SessionContext>
  );
}
