import { describe, expect, test } from 'vitest';
import { panned, pointsFor, refreshMsOf, stretchOf, timeRanges, windowOf, zoomed } from './time-window.ts';

const nowMs = 1_800_000_000_000;
const hour = { kind: 'live', spanMs: 3_600_000 } as const;

describe('the time that a chart shows', () => {
  test('[TV5] slides along while it is live', () => {
    expect(stretchOf(hour, nowMs)).toEqual({ fromMs: nowMs - 3_600_000, toMs: nowMs });
    expect(stretchOf(hour, nowMs + 5)).toMatchObject({ toMs: nowMs + 5 });
  });

  test('[TV5] a part that was drawn stands, in whichever direction', () => {
    const part = { kind: 'fixed', fromMs: nowMs - 60_000, toMs: nowMs - 30_000 };
    expect(windowOf(nowMs - 60_000, nowMs - 30_000, nowMs)).toEqual(part);
    expect(windowOf(nowMs - 30_000, nowMs - 60_000, nowMs)).toEqual(part);
  });

  test('[TV5] a part that ends now goes on being live', () => {
    expect(windowOf(nowMs - 60_000, nowMs + 10, nowMs)).toMatchObject({ kind: 'live' });
    expect(panned(panned(hour, -0.5, nowMs), 0.5, nowMs)).toEqual(hour);
  });

  test('[TV5] zooming keeps the end while live, and the anchor else', () => {
    expect(zoomed(hour, 0.5, nowMs)).toEqual({ kind: 'live', spanMs: 1_800_000 });
    const fixed = { kind: 'fixed', fromMs: nowMs - 1_000_000, toMs: nowMs - 600_000 } as const;
    expect(zoomed(fixed, 0.5, nowMs, 0)).toEqual({ ...fixed, toMs: nowMs - 800_000 });
    expect(zoomed(fixed, 0.5, nowMs, 1)).toEqual({ ...fixed, fromMs: nowMs - 800_000 });
  });

  test('[TV5] never shows less than seconds, more than a year, or what is to come', () => {
    let window = zoomed(hour, 1e-9, nowMs);
    expect(window).toEqual({ kind: 'live', spanMs: 5_000 });
    window = zoomed(hour, 1e9, nowMs);
    expect(stretchOf(window, nowMs).toMs).toBe(nowMs);
    expect(stretchOf(window, nowMs).fromMs).toBe(nowMs - 366 * 86_400_000);
    expect(stretchOf(panned(hour, 5, nowMs), nowMs).toMs).toBe(nowMs);
  });

  test('[TV5] no more points are asked for than there are pixels', () => {
    expect([320.5, 10, 99_999].map(pointsFor)).toEqual([320, 50, 5_000]);
  });

  test('[TV5] what was fetched is refreshed often enough for its width, never in haste', () => {
    const refreshes = timeRanges.map(({ ms }) => refreshMsOf(ms));
    expect(refreshes).toEqual([10_000, 10_000, 36_000, 300_000, 300_000]);
  });
});
