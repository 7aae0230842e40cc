/** What every clock with its timers keeps to, the virtual one included: the loop relies on nothing else. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { browserClock, workerTimers } from './browser/index.ts';
import { maxTimeoutMs } from './max-timeout.ts';
import { nodeClock, nodeTimers } from './node/index.ts';
import type { Clock, Timers } from './ports.ts';
import { VirtualTime } from './virtual-time.ts';

interface Platform {
  readonly clock: Clock;
  readonly timers: Timers;
  advance(forMs: number): void;
}

const virtual = (): Platform => {
  const time = new VirtualTime();
  return { clock: time, timers: time, advance: (forMs) => time.advance(forMs) };
};
const advance = (forMs: number): void => void vi.advanceTimersByTime(forMs);
const platforms: readonly (readonly [string, () => Platform])[] = [
  ['virtual time', virtual],
  ['Node', () => ({ clock: nodeClock, timers: nodeTimers, advance })],
  // There is no Worker here: the page's own timers, which take over where one cannot be made.
  ['a page', () => ({ clock: browserClock, timers: workerTimers(), advance })],
];

describe.each(platforms)('[PLAT5] the clock and timers of %s', (_, make) => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('a timer fires once, about its time, and never before `set` has returned', () => {
    const { clock, timers, advance: pass } = make();
    const startMs = clock.monoMs();
    const firedAtMs: number[] = [];
    timers.set(10, () => firedAtMs.push(clock.monoMs() - startMs));
    timers.set(0, () => firedAtMs.push(clock.monoMs() - startMs));
    timers.set(-5, () => firedAtMs.push(clock.monoMs() - startMs));
    expect(firedAtMs).toEqual([]);
    pass(9);
    expect(firedAtMs).toHaveLength(2);
    pass(100);
    expect(firedAtMs).toHaveLength(3);
    expect(firedAtMs[2]).toBeCloseTo(10);
  });

  test('timers of different times fire in the order of their times', () => {
    const { timers, advance: pass } = make();
    const fired: string[] = [];
    timers.set(30, () => fired.push('late'));
    timers.set(10, () => fired.push('early'));
    timers.set(20, () => fired.push('between'));
    pass(30);
    expect(fired).toEqual(['early', 'between', 'late']);
  });

  test('a cleared timer does not fire; clearing it again, or one that has fired, changes nothing', () => {
    const { timers, advance: pass } = make();
    const fired: string[] = [];
    const cleared = timers.set(10, () => fired.push('cleared'));
    const kept = timers.set(10, () => fired.push('kept'));
    timers.clear(cleared);
    timers.clear(cleared);
    pass(10);
    timers.clear(kept);
    timers.set(10, () => fired.push('next'));
    pass(10);
    expect(fired).toEqual(['kept', 'next']);
  });

  test('a timer may set and clear others while it fires', () => {
    const { timers, advance: pass } = make();
    const fired: string[] = [];
    const other = timers.set(20, () => fired.push('cleared'));
    timers.set(10, () => {
      timers.clear(other);
      timers.set(5, () => fired.push('set'));
    });
    pass(50);
    expect(fired).toEqual(['set']);
  });

  test('a wait longer than any platform holds does not fire at once', () => {
    const { timers, advance: pass } = make();
    const fire = vi.fn();
    timers.set(maxTimeoutMs + 1_000, fire);
    pass(60_000);
    expect(fire).not.toHaveBeenCalled();
  });

  test('monotonic time never goes back, and wall time is whole Unix milliseconds', () => {
    const { clock, advance: pass } = make();
    const [monoMs, wallMs] = [clock.monoMs(), clock.wallMs()];
    pass(2.5);
    expect(clock.monoMs()).toBeGreaterThan(monoMs);
    expect(clock.wallMs()).toBeGreaterThanOrEqual(wallMs);
    expect(Number.isInteger(clock.wallMs())).toBe(true);
    expect(clock.wallMs()).toBeGreaterThan(Date.UTC(2020));
  });
});
