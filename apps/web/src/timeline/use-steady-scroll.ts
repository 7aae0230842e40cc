import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** So near to the end counts as reading along. */
const nearEndPx = 48;
/** So near to an edge the next page is read: two screens of a large window, so that scrolling does not stop. */
const readAheadPx = 2_000;

export interface SteadyScrollOptions {
  /** Whether the last message of the conversation is among those shown. */
  readonly atNewest: boolean;
  /** Whether a page can be added without giving up another one. */
  readonly canGrow: boolean;
  /** Changes when the person comes to the end or leaves it. */
  readonly onAtEnd: (atEnd: boolean) => void;
  readonly nearTop: () => void;
  readonly nearBottom: () => void;
}

export interface SteadyScroll {
  /** What scrolls. */
  readonly ref: RefObject<HTMLDivElement | null>;
  /** All that is in it, in one element. */
  readonly contentRef: RefObject<HTMLDivElement | null>;
  /** To be called when the log was scrolled. */
  readonly scrolled: () => void;
  /** Goes to the end, now and as messages come. */
  readonly toEnd: () => void;
  /** Stops following what comes: somebody is taken to a message further up. */
  readonly leaveEnd: () => void;
}

/**
 * Keeps what a person reads where it is: at the end, new messages push the
 * others up; elsewhere nothing moves, whatever comes or goes above and below.
 */
export function useSteadyScroll(options: SteadyScrollOptions): SteadyScroll {
  const ref = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const anchor = useRef<Anchor>(undefined);
  const lastTopPx = useRef(0);

  function scrolled(): void {
    const log = ref.current;
    if (log === null) return;
    anchor.current = anchorOf(log);
    const belowPx = log.scrollHeight - log.scrollTop - log.clientHeight;
    const atEnd = options.atNewest && belowPx < nearEndPx;
    // Only towards where the person goes: a window with little to see is near both edges at once.
    const wentUp = log.scrollTop < lastTopPx.current;
    if (wentUp && log.scrollTop < readAheadPx) options.nearTop();
    if (log.scrollTop > lastTopPx.current && belowPx < readAheadPx) options.nearBottom();
    lastTopPx.current = log.scrollTop;
    // Only going up leaves the end: told late, a scroll may meet a content that has grown since.
    if (atEnd === following.current || (following.current && !wentUp)) return;
    following.current = atEnd;
    options.onAtEnd(atEnd);
  }

  /** After a change of the content or of the room for it. */
  function settle(log: HTMLElement): void {
    if (following.current) log.scrollTop = log.scrollHeight;
    else log.scrollTop += shiftOf(log, anchor.current);
    lastTopPx.current = log.scrollTop;
  }

  function toEnd(): void {
    following.current = true;
    options.onAtEnd(true);
    if (ref.current !== null) settle(ref.current);
  }

  function leaveEnd(): void {
    if (!following.current) return;
    following.current = false;
    options.onAtEnd(false);
  }

  // After every render: the message at the top of the screen stays at its height.
  useLayoutEffect(() => {
    const log = ref.current;
    if (log === null) return;
    settle(log);
    anchor.current = anchorOf(log);
    if (options.canGrow && log.scrollTop < readAheadPx) options.nearTop();
  });

  // A phone's keyboard and a growing composer make the log smaller; a question in a message makes it longer.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads nothing but refs
  useEffect(() => {
    const log = ref.current;
    const content = contentRef.current;
    if (log === null || content === null) return;
    const observer = new ResizeObserver(() => settle(log));
    observer.observe(log);
    observer.observe(content);
    return () => observer.disconnect();
  }, []);

  return { ref, contentRef, scrolled, toEnd, leaveEnd };
}

/** A message and where it stood, measured from the beginning of what is shown. */
type Anchor = { readonly key: string; readonly topPx: number } | undefined;

/** The first message that is not above the screen. */
function anchorOf(log: HTMLElement): Anchor {
  const bubbles = log.querySelectorAll<HTMLElement>('[data-key]');
  let [low, high] = [0, bubbles.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bubbles[middle]?.offsetTop ?? 0) < log.scrollTop) low = middle + 1;
    else high = middle;
  }
  const bubble = bubbles[low];
  return bubble === undefined ? undefined : { key: bubble.dataset.key ?? '', topPx: bubble.offsetTop };
}

function shiftOf(log: HTMLElement, anchor: Anchor): number {
  if (anchor === undefined) return 0;
  const bubble = log.querySelector<HTMLElement>(`[data-key="${CSS.escape(anchor.key)}"]`);
  return bubble === null ? 0 : bubble.offsetTop - anchor.topPx;
}
