import type { RoomId } from '@bothy/wire';
import { useCallback, useEffect, useRef } from 'react';
import { useRooms } from './rooms-context.ts';

/** A sign of writing fades for others after 6 s, so it is given again well before. */
const againAfterMs = 3_000;

/** Returns what is to be called with the text after every change: tells the room that one writes, or stopped. */
export function useRoomTyping(room: RoomId): (text: string) => void {
  const { session } = useRooms();
  const toldMs = useRef<number>(undefined);

  const tell = useCallback(
    (active: boolean): void => {
      toldMs.current = active ? performance.now() : undefined;
      session.typing(room, active);
    },
    [session, room],
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
