import type { MessageItem } from '@bothy/peer/views';
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** So near to the end counts as reading along. */
const nearEndPx = 48;

export interface SteadyScroll {
  readonly ref: RefObject<HTMLDivElement | null>;
  /** To be called when the log was scrolled. */
  readonly scrolled: () => void;
  readonly toEnd: () => void;
}

/**
 * Keeps what a person reads where it is: at the end, new messages push the
 * others up; elsewhere nothing moves, whether messages come above or below.
 */
export function useSteadyScroll(
  last: MessageItem | undefined,
  onAtEnd: (atEnd: boolean) => void,
): SteadyScroll {
  const ref = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const anchor = useRef<{ key: string; topPx: number }>(undefined);

  function follow(): void {
    if (ref.current !== null) ref.current.scrollTop = ref.current.scrollHeight;
  }

  function scrolled(): void {
    const log = ref.current;
    if (log === null) return;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < nearEndPx;
    if (atEnd === following.current) return;
    following.current = atEnd;
    onAtEnd(atEnd);
  }

  // After every render: the last message seen in the one before stays at its height.
  useLayoutEffect(() => {
    const log = ref.current;
    if (log === null) return;
    const wroteNow = last?.mine === true && last.key !== anchor.current?.key && anchor.current !== undefined;
    if (following.current || wroteNow) follow();
    else log.scrollTop += topOf(log, anchor.current?.key) - (anchor.current?.topPx ?? 0);
    anchor.current = last === undefined ? undefined : { key: last.key, topPx: topOf(log, last.key) };
  });

  // A phone's keyboard and a growing composer make the log smaller.
  useEffect(() => {
    const log = ref.current;
    if (log === null) return;
    const observer = new ResizeObserver(() => {
      if (following.current) log.scrollTop = log.scrollHeight;
    });
    observer.observe(log);
    return () => observer.disconnect();
  }, []);

  return { ref, scrolled, toEnd: follow };
}

function topOf(log: HTMLElement, key: string | undefined): number {
  if (key === undefined) return 0;
  return log.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.offsetTop ?? 0;
}
