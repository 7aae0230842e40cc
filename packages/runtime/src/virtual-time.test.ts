import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualTime } from './virtual-time.ts';

test('[VT1] events run by time, and by order of setting within one instant', () => {
  const time = new VirtualTime();
  const ran: string[] = [];
  for (const [name, afterMs] of [
    ['c', 5],
    ['a', 1],
    ['d', 5],
    ['b', 1],
  ] as const) {
    time.set(afterMs, () => ran.push(name));
  }
  time.advance(5);
  expect(ran).toEqual(['a', 'b', 'c', 'd']);
});

interface Planned {
  readonly afterMs: number;
  readonly isCleared: boolean;
}

test('[VT1, VT3] any mix of setting and clearing runs as a sorted list would', () => {
  // Most are cleared, so that the heap is rebuilt now and then.
  const isCleared = fc.integer({ min: 1, max: 4 }).map((die) => die > 1);
  const planned = fc.record({ afterMs: fc.integer({ min: 0, max: 20 }), isCleared });
  fc.assert(
    fc.property(fc.array(planned, { maxLength: 300, size: 'max' }), (plans: Planned[]) => {
      const time = new VirtualTime();
      const ran: number[] = [];
      const handles = plans.map(({ afterMs }, index) => time.set(afterMs, () => ran.push(index)));
      plans.forEach((plan, index) => {
        if (plan.isCleared) time.clear(handles[index]);
      });
      const expected = plans
        .map((plan, index) => ({ ...plan, index }))
        .filter((plan) => !plan.isCleared)
        .sort((one, other) => one.afterMs - other.afterMs || one.index - other.index);
      expect(time.size).toBe(expected.length);
      time.advance(20);
      expect(ran).toEqual(expected.map((plan) => plan.index));
      expect(time.size).toBe(0);
    }),
  );
});

test('[VT2] time moves only when told, and stands at the event while it runs', () => {
  const time = new VirtualTime(1_000);
  const seen: number[] = [];
  time.set(10, () => seen.push(time.monoMs(), time.wallMs()));
  expect(time.nextMs()).toBe(10);
  expect(time.runNext(9)).toBe(false);
  expect(time.monoMs()).toBe(9);
  expect(time.runNext()).toBe(true);
  expect(seen).toEqual([10, 1_010]);
  time.advance(5);
  expect(time.monoMs()).toBe(15);
  expect(time.runNext(3)).toBe(false);
  expect(time.monoMs()).toBe(15);
  expect(time.nextMs()).toBeUndefined();
});

test('[VT2] an event may set and clear others', () => {
  const time = new VirtualTime();
  const ran: string[] = [];
  const later = time.set(2, () => ran.push('later'));
  time.set(1, () => {
    time.clear(later);
    time.set(0, () => ran.push('at once'));
  });
  time.advance(10);
  expect(ran).toEqual(['at once']);
});

test('[VT3] clearing twice, or after the event ran, does nothing', () => {
  const time = new VirtualTime();
  const one = time.set(1, () => {});
  const other = time.set(2, () => {});
  time.clear(one);
  time.clear(one);
  expect(time.size).toBe(1);
  time.advance(2);
  time.clear(other);
  expect(time.size).toBe(0);
});

test('[VT3] a timer that is replaced again and again keeps the rest in order', () => {
  const time = new VirtualTime();
  const ran: number[] = [];
  for (let i = 0; i < 10; i++) time.set(100 - i, () => ran.push(i));
  let handle = time.set(1_000, () => ran.push(-1));
  for (let i = 0; i < 10_000; i++) {
    time.clear(handle);
    handle = time.set(1_000, () => ran.push(-1));
  }
  expect(time.size).toBe(11);
  time.advance(2_000);
  expect(ran).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, -1]);
});

test('[VT4] what is no time is refused; below 0 is now', () => {
  const time = new VirtualTime();
  expect(() => time.set(Number.NaN, () => {})).toThrow(RangeError);
  expect(() => time.set(Number.POSITIVE_INFINITY, () => {})).toThrow(RangeError);
  time.advance(5);
  time.set(-3, () => {});
  expect(time.nextMs()).toBe(5);
});

test('[VT5] wall time is whole', () => {
  const time = new VirtualTime(500);
  time.advance(0.75);
  expect(time.wallMs()).toBe(500);
  expect(time.monoMs()).toBe(0.75);
});
