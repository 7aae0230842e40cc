import { expect, test } from 'vitest';
import { EventOrder } from './event-order.ts';

test('[GRPC6] what a method caused is told after it, and before anything that comes later', async () => {
  const order = new EventOrder();
  const told: string[] = [];
  order.later(() => {
    told.push('down');
    order.later(() => told.push('caused by down'));
  });
  order.later(() => told.push('failed'));
  expect(told).toEqual([]);
  order.now(() => told.push('up'));
  expect(told).toEqual(['down', 'failed', 'up']);
  await Promise.resolve();
  expect(told.at(-1)).toBe('caused by down');
  order.later(() => told.push('last'));
  order.stop();
  order.later(() => told.push('too late'));
  order.now(() => told.push('too late'));
  await Promise.resolve();
  expect(told.at(-1)).toBe('last');
});
