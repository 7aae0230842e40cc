import type { KeyboardEvent } from 'react';

/** Arrow keys move the focus from message to message; what can be done with one is then a Tab away. */
export function walkMessages(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const log = event.currentTarget;
  const from = event.target;
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  // On a button of a message they would surprise.
  if (!(from instanceof HTMLElement) || (from !== log && !from.matches('.bubble'))) return;
  const bubbles = [...log.querySelectorAll<HTMLElement>('.bubble')];
  const to = from === log ? lastInView(log, bubbles) : bubbles[bubbles.indexOf(from) + step];
  if (to === undefined) return;
  event.preventDefault();
  to.focus();
}

function lastInView(log: HTMLElement, bubbles: readonly HTMLElement[]): HTMLElement | undefined {
  const endPx = log.getBoundingClientRect().bottom;
  return bubbles.findLast((bubble) => bubble.getBoundingClientRect().top < endPx - 8);
}
