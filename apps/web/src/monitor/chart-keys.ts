import { panned, type TimeWindow, zoomed } from '@bothy/telemetry/views';
import { useEffect, useRef } from 'react';

/** What a key does with the time that is shown; undefined for every other key. */
export function windowAfterKey(key: string, shown: TimeWindow, nowMs: number): TimeWindow | undefined {
  switch (key) {
    case 'ArrowLeft':
      return panned(shown, -0.25, nowMs);
    case 'ArrowRight':
      return panned(shown, 0.25, nowMs);
    case '+':
    case '=':
      return zoomed(shown, 0.5, nowMs);
    case '-':
    case '−':
      return zoomed(shown, 2, nowMs);
    case '0':
      return { kind: 'live', spanMs: shown.kind === 'live' ? shown.spanMs : shown.toMs - shown.fromMs };
    default:
      return undefined;
  }
}

/**
 * Keys move a chart wherever the focus is, but in fields. `current` is asked at each key: the next one may come before
 * the page was drawn for the last.
 */
export function useChartKeys(
  current: () => TimeWindow,
  nowMs: () => number,
  show: (window: TimeWindow) => void,
): void {
  const latest = useRef({ current, nowMs, show });
  useEffect(() => {
    latest.current = { current, nowMs, show };
  });
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.matches('input, textarea, select')) return;
      if (document.querySelector('dialog[open]') !== null) return;
      const { current: shown, nowMs: now, show: go } = latest.current;
      const after = windowAfterKey(event.key, shown(), now());
      if (after === undefined) return;
      event.preventDefault();
      go(after);
    }
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
