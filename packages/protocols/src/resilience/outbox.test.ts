import { expect, test } from 'vitest';
import { Outbox } from './outbox.ts';

const roomy = { mostItems: 1_000, mostBytes: 1_000_000, window: 3 };

function filled(count: number, options: Partial<typeof roomy> = {}): Outbox {
  const outbox = new Outbox({ ...roomy, ...options });
  for (let i = 0; i < count; i++) outbox.add(10);
  return outbox;
}

/** Everything that can be sent now. */
function sendable(outbox: Outbox): number[] {
  const numbers: number[] = [];
  for (let next = outbox.next(); next !== undefined; next = outbox.next()) numbers.push(next);
  return numbers;
}

test('[OB1, OB10] items are numbered 1, 2, 3, over restarts too, and none gets the number of another', () => {
  const outbox = filled(3);
  outbox.confirmUpTo(3);
  const { lastNumber } = outbox;
  const again = new Outbox(roomy, { items: [], lastNumber });
  expect(again.add(1).number).toBe(4);
  const items = [{ number: 4, bytes: 1 }];
  expect(new Outbox(roomy, { items, lastNumber: 9 }).add(1).number).toBe(10);
});

test('[OB2, OB3] the oldest goes first, so many at once, and stays until it is confirmed', () => {
  const outbox = filled(5);
  expect(sendable(outbox)).toEqual([1, 2, 3]);
  expect([outbox.size, outbox.bytes, outbox.inWindow, outbox.oldest]).toEqual([5, 50, 3, 1]);
  expect(outbox.confirm(2)).toBe(true);
  expect(sendable(outbox)).toEqual([4]);
  expect([outbox.size, outbox.oldest, outbox.has(2), outbox.has(1)]).toEqual([4, 1, false, true]);
});

test('[OB4] what is sent out of its turn takes no place in the window', () => {
  const outbox = filled(6);
  expect(outbox.send(6)).toBe(true);
  expect(sendable(outbox)).toEqual([1, 2, 3]);
  expect([outbox.send(6), outbox.send(1), outbox.send(99)]).toEqual([false, false, false]);
  outbox.confirmUpTo(3);
  expect(sendable(outbox)).toEqual([4, 5]);
});

test('[OB5] after the connection has ended, everything that is not confirmed waits, the oldest first', () => {
  const outbox = filled(5);
  outbox.send(5);
  sendable(outbox);
  outbox.confirm(1);
  outbox.disconnected();
  expect(outbox.inWindow).toBe(0);
  expect(sendable(outbox)).toEqual([2, 3, 4]);
});

test('[OB6] what was on its way for a whole round is sent again, and nothing else', () => {
  const outbox = filled(4, { window: 2 });
  expect(sendable(outbox)).toEqual([1, 2]);
  expect(outbox.resend()).toBe(0);
  outbox.confirm(1);
  expect(sendable(outbox)).toEqual([3]);
  outbox.send(4);
  expect(outbox.resend()).toBe(1);
  expect(sendable(outbox)).toEqual([2]);
  expect(outbox.resend()).toBe(2);
  expect(sendable(outbox)).toEqual([3]);
});

test('[OB7] what is confirmed again, or was never there, changes nothing', () => {
  const outbox = filled(3);
  expect([outbox.confirmUpTo(2), outbox.confirmUpTo(2), outbox.confirm(1), outbox.confirm(99)]).toEqual([
    2,
    0,
    false,
    false,
  ]);
  expect([outbox.size, outbox.bytes, outbox.oldest]).toEqual([1, 10, 3]);
  expect([outbox.confirmUpTo(99), outbox.size, outbox.oldest]).toEqual([1, 0, undefined]);
});

test('[OB8] at the limit the oldest are given up, on their way or not: named and counted', () => {
  const outbox = filled(3, { mostItems: 3 });
  sendable(outbox);
  expect(outbox.add(10)).toEqual({ number: 4, givenUp: [1] });
  expect([outbox.size, outbox.givenUp, outbox.inWindow]).toEqual([3, 1, 2]);
  const heavy = filled(4, { mostBytes: 45 });
  expect(heavy.add(30)).toEqual({ number: 5, givenUp: [1, 2, 3] });
  expect([heavy.bytes, heavy.givenUp]).toEqual([40, 3]);
});

test('[OB9] what is larger than the outbox is given up alone', () => {
  const outbox = filled(2, { mostBytes: 45 });
  expect(outbox.add(46)).toEqual({ number: 3, givenUp: [3] });
  expect([outbox.size, outbox.givenUp, outbox.has(3)]).toEqual([2, 1, false]);
});

test('[OB10] an outbox that is started again has what was kept, and nothing on its way', () => {
  const items = [2, 300, 301, 900].map((number) => ({ number, bytes: number }));
  const outbox = new Outbox({ ...roomy, window: 9 }, { items, lastNumber: 1_000 });
  expect([outbox.size, outbox.bytes, outbox.oldest, outbox.givenUp]).toEqual([4, 1_503, 2, 0]);
  expect(sendable(outbox)).toEqual([2, 300, 301, 900]);
  const small = new Outbox({ ...roomy, mostItems: 2 }, { items, lastNumber: 1_000 });
  expect(small.add(1).givenUp).toEqual([2, 300, 301]);
});

test('[OB11] numbers that are none, or do not rise, throw a RangeError', () => {
  for (const wrong of [{ mostItems: 0 }, { mostBytes: 1.5 }, { window: Number.NaN }]) {
    expect(() => new Outbox({ ...roomy, ...wrong })).toThrow(RangeError);
  }
  const item = (number: number, bytes = 1) => ({ number, bytes });
  for (const items of [[item(2), item(2)], [item(0)], [item(1, -1)], [item(1, 2 ** 32)]]) {
    expect(() => new Outbox(roomy, { items, lastNumber: 9 })).toThrow(RangeError);
  }
  expect(() => new Outbox(roomy, { items: [item(3)], lastNumber: 2 })).toThrow(RangeError);
  for (const bytes of [-1, 0.5, Number.NaN]) expect(() => new Outbox(roomy).add(bytes)).toThrow(RangeError);
});

test('[OB3] what is sent out of its turn behind the next is passed over, over many hundreds of items', () => {
  const outbox = new Outbox({ mostItems: 2_000, mostBytes: 1e9, window: 2_000 });
  for (let count = 1; count <= 600; count++) outbox.add(1);
  for (let count = 1; count <= 300; count++) expect(outbox.next()).toBe(count);
  // 1 to 300 wait again, but 1 to 299 go out of their turn: the next one is in the second run of numbers.
  outbox.disconnected();
  for (let count = 1; count < 300; count++) expect(outbox.send(count)).toBe(true);
  expect(outbox.next()).toBe(300);
  for (let count = 301; count <= 600; count++) expect(outbox.next()).toBe(count);
  expect(outbox.next()).toBeUndefined();
});
