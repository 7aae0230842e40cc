import { useCallback, useEffect, useRef } from 'react';

/** A sign of writing fades for others after 6 s, so it is given again well before. */
const againAfterMs = 3_000;

/**
 * Returns what is to be called with the text after every change. `tell` is told that somebody writes, or stopped; it
 * must be the same function from render to render, and nothing is lost when it does not arrive.
 */
export function useTypingSign(tell: (active: boolean) => void): (text: string) => void {
  const toldMs = useRef<number>(undefined);

  const sign = useCallback(
    (active: boolean): void => {
      toldMs.current = active ? performance.now() : undefined;
      tell(active);
    },
    [tell],
  );

  useEffect(
    () => () => {
      if (toldMs.current !== undefined) sign(false);
    },
    [sign],
  );

  return useCallback(
    (text: string): void => {
      const told = toldMs.current;
      if (text.trim() === '') {
        if (told !== undefined) sign(false);
      } else if (told === undefined || performance.now() - told > againAfterMs) sign(true);
    },
    [sign],
  );
}
