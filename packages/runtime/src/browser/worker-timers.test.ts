import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type TimerRequest, workerTimers } from './worker-timers.ts';

/** Stands in for the browser's Worker: keeps what it is asked, and says what the test says. */
class FakeWorker {
  static last: FakeWorker | undefined;
  readonly asked: TimerRequest[] = [];
  onmessage: ((event: { data: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  isTerminated = false;

  constructor() {
    FakeWorker.last = this;
  }

  postMessage(request: TimerRequest): void {
    this.asked.push(request);
  }

  terminate(): void {
    this.isTerminated = true;
  }

  get lastId(): number {
    return this.asked.at(-1)?.id ?? 0;
  }
}

function fakeWorker(): FakeWorker {
  if (FakeWorker.last === undefined) throw new Error('no worker was made');
  return FakeWorker.last;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('Worker', FakeWorker);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  FakeWorker.last = undefined;
});

test('[PLAT2] the worker keeps the time, and the page fires what it says', () => {
  const timers = workerTimers();
  const fire = vi.fn();
  timers.set(50, fire);
  const worker = fakeWorker();
  expect(timers.inWorker).toBe(true);
  expect(worker.asked).toEqual([{ kind: 'set', id: 1, afterMs: 50 }]);
  vi.advanceTimersByTime(1_000);
  expect(fire).not.toHaveBeenCalled();
  worker.onmessage?.({ data: 1 });
  worker.onmessage?.({ data: 1 });
  expect(fire).toHaveBeenCalledOnce();
  timers.stop();
  expect(worker.isTerminated).toBe(true);
});

test('[PLAT1] the worker is never asked for more than setTimeout holds', () => {
  workerTimers().set(1e12, () => {});
  expect(fakeWorker().asked).toEqual([{ kind: 'set', id: 1, afterMs: 2 ** 31 - 1 }]);
});

test('[PLAT3] without workers the page keeps the time and says so', () => {
  vi.stubGlobal('Worker', function refuse() {
    throw new Error('blocked by the content security policy');
  });
  const timers = workerTimers();
  expect(timers.inWorker).toBe(false);
  const fire = vi.fn();
  timers.set(50, fire);
  timers.clear(timers.set(50, () => expect.unreachable()));
  vi.advanceTimersByTime(49);
  expect(fire).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(fire).toHaveBeenCalledOnce();
  timers.set(50, () => expect.unreachable());
  timers.stop();
  vi.advanceTimersByTime(100);
});

test('[PLAT3] when the worker does not load, the page takes over what waits, at its time', () => {
  const timers = workerTimers();
  const fire = vi.fn();
  timers.set(100, fire);
  const cleared = timers.set(100, () => expect.unreachable());
  vi.advanceTimersByTime(30);
  fakeWorker().onerror?.();
  expect(timers.inWorker).toBe(false);
  timers.clear(cleared);
  vi.advanceTimersByTime(69);
  expect(fire).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(fire).toHaveBeenCalledOnce();
});

test('[PLAT4] what was cleared stays silent when the worker had called already', () => {
  const timers = workerTimers();
  const handle = timers.set(50, () => expect.unreachable());
  const { lastId } = fakeWorker();
  timers.clear(handle);
  fakeWorker().onmessage?.({ data: lastId });
  expect(fakeWorker().asked.at(-1)).toEqual({ kind: 'clear', id: lastId });
});
