import type { PersonId } from '@bothy/wire';
import { useCallback, useEffect, useRef } from 'react';
import { useSession } from '../app/session-context.ts';

/** A sign of writing fades on the other side after 6 s, so it is given again well before. */
const againAfterMs = 3_000;

/** Returns what is to be called with the text after every change: tells the other one that somebody writes, or stopped. */
export function useTypingSign(person: PersonId): (text: string) => void {
  const { session } = useSession();
  const toldMs = useRef<number>(undefined);

  const tell = useCallback(
    (active: boolean): void => {
      toldMs.current = active ? performance.now() : undefined;
      // Nothing is lost when it does not arrive.
      void session.command({ kind: 'typing', person, active });
    },
    [session, person],
  );

  useEffect(
    () => () => {
      if (toldMs.current !== undefined) tell(false);
    },
    [tell],
  );

  return useCallback(
    (text: string): void => {
      const told = toldMs.current;
      if (text.trim() === '') {
        if (told !== undefined) tell(false);
      } else if (told === undefined || performance.now() - told > againAfterMs) tell(true);
    },
    [tell],
  );
}
