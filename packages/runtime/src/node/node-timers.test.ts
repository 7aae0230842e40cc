import { expect, test, vi } from 'vitest';
import { nodeClock, nodeTimers } from './index.ts';

test('the clock of Node: monotonic, and Unix time in whole milliseconds', () => {
  const before = nodeClock.monoMs();
  expect(nodeClock.monoMs()).toBeGreaterThanOrEqual(before);
  expect(Number.isInteger(nodeClock.wallMs())).toBe(true);
});

test('[PLAT1] a month is cut to what setTimeout holds, and does not fire at once', () => {
  vi.useFakeTimers();
  try {
    const fire = vi.fn();
    nodeTimers.set(30 * 86_400_000, fire);
    vi.advanceTimersByTime(24 * 86_400_000);
    expect(fire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(86_400_000);
    expect(fire).toHaveBeenCalledOnce();
    const handle = nodeTimers.set(5, fire);
    nodeTimers.clear(handle);
    vi.advanceTimersByTime(10);
    expect(fire).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});
