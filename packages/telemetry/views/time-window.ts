/** The stretch of time that a chart shows, and how it is moved. Rule TV5. */
import { liveLimits } from '@bothy/wire';

export const timeRanges = [
  { name: '5m', ms: 300_000, words: '5 min' },
  { name: '15m', ms: 900_000, words: '15 min' },
  { name: '1h', ms: 3_600_000, words: '1 h' },
  { name: '24h', ms: 86_400_000, words: '24 h' },
  { name: '30d', ms: 30 * 86_400_000, words: '30 d' },
] as const;
export type RangeName = (typeof timeRanges)[number]['name'];

/** `live`: it ends now and slides along; else it stands. */
export type TimeWindow =
  | { readonly kind: 'live'; readonly spanMs: number }
  | { readonly kind: 'fixed'; readonly fromMs: number; readonly toMs: number };

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

const shortestMs = 5_000;
const longestMs = 366 * 86_400_000;

export function stretchOf(window: TimeWindow, nowMs: number): Stretch {
  if (window.kind === 'fixed') return { fromMs: window.fromMs, toMs: window.toMs };
  return { fromMs: nowMs - window.spanMs, toMs: nowMs };
}

/** The part from `fromMs` to `toMs`, in whichever order they were drawn; what ends now goes on being live. */
export function windowOf(oneMs: number, otherMs: number, nowMs: number): TimeWindow {
  const [from, to] = oneMs < otherMs ? [oneMs, otherMs] : [otherMs, oneMs];
  const spanMs = Math.min(Math.max(to - from, shortestMs), longestMs);
  const toMs = Math.max(to, from + spanMs);
  // Within a hundredth of the end nobody meant to leave it; nor behind it, where nothing is.
  if (nowMs - toMs <= spanMs / 100) return { kind: 'live', spanMs };
  return { kind: 'fixed', fromMs: Math.round(toMs - spanMs), toMs: Math.round(toMs) };
}

/** `factor` over 1 shows more. `anchor` from 0 (left) to 1 stays where it is; while it is live the end does. */
export function zoomed(window: TimeWindow, factor: number, nowMs: number, anchor = 0.5): TimeWindow {
  const { fromMs, toMs } = stretchOf(window, nowMs);
  const spanMs = Math.min(Math.max((toMs - fromMs) * factor, shortestMs), longestMs);
  if (window.kind === 'live') return { kind: 'live', spanMs };
  const still = fromMs + (toMs - fromMs) * anchor;
  return windowOf(still - spanMs * anchor, still + spanMs * (1 - anchor), nowMs);
}

/** `by` of its width: -0.5 goes half a window back. */
export function panned(window: TimeWindow, by: number, nowMs: number): TimeWindow {
  const { fromMs, toMs } = stretchOf(window, nowMs);
  const moveMs = Math.min((toMs - fromMs) * by, nowMs - toMs);
  return windowOf(fromMs + moveMs, toMs + moveMs, nowMs);
}

/** How many points to ask for: as many as there are pixels, within what a node answers. */
export function pointsFor(widthPx: number): number {
  return Math.min(Math.max(Math.floor(widthPx), 50), liveLimits.points);
}

/** How long what was fetched stays good while it slides: until about two pixels are new. */
export function refreshMsOf(spanMs: number): number {
  return Math.min(Math.max(spanMs / 100, 10_000), 300_000);
}
