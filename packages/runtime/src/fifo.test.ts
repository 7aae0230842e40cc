import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

test('takes out what was put in, in order, like an array', () => {
  const acts = fc.array(fc.oneof(fc.constant('shift'), fc.integer()), { maxLength: 200 });
  fc.assert(
    fc.property(acts, (sequence) => {
      const fifo = new Fifo<number>();
      const array: number[] = [];
      for (const act of sequence) {
        if (typeof act === 'number') {
          fifo.push(act);
          array.push(act);
        } else expect(fifo.shift()).toBe(array.shift());
        expect(fifo.length).toBe(array.length);
        expect(fifo.peek()).toBe(array[0]);
      }
    }),
  );
});

test('order is kept while the queue is never empty, however much passes through', () => {
  const fifo = new Fifo<number>();
  for (let i = 0; i < 10; i++) fifo.push(i);
  for (let i = 10; i < 50_000; i++) {
    fifo.push(i);
    expect(fifo.shift()).toBe(i - 10);
  }
  expect(fifo.length).toBe(10);
  fifo.clear();
  expect(fifo.shift()).toBeUndefined();
});
