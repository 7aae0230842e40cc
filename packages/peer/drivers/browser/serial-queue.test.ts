import { expect, test } from 'vitest';
import { SerialQueue } from './serial-queue.ts';

const unexpected = (error: unknown): void => {
  throw error;
};

test('tasks run one after the other, in order, whether they wait or not', async () => {
  const log: string[] = [];
  const queue = new SerialQueue(10, unexpected);
  const gate = Promise.withResolvers<void>();
  queue.add(async () => {
    log.push('a starts');
    await gate.promise;
    log.push('a ends');
  });
  queue.add(() => {
    log.push('b');
  });
  expect(log).toEqual(['a starts']);
  gate.resolve();
  await queue.idle();
  expect(log).toEqual(['a starts', 'a ends', 'b']);
});

test('a task that needs no waiting runs at once when the queue is empty', () => {
  const log: string[] = [];
  const queue = new SerialQueue(10, unexpected);
  queue.add(() => {
    log.push('now');
  });
  expect(log).toEqual(['now']);
});

test('it refuses what is over its limit, and the oldest can be dropped for it', async () => {
  const log: string[] = [];
  const queue = new SerialQueue(2, unexpected);
  const gate = Promise.withResolvers<void>();
  queue.add(() => gate.promise);
  for (const name of ['b', 'c']) expect(queue.add(() => void log.push(name))).toBe(true);
  expect(queue.add(() => void log.push('d'))).toBe(false);
  expect(queue.dropOldest()).toBe(true);
  expect(queue.add(() => void log.push('d'))).toBe(true);
  gate.resolve();
  await queue.idle();
  expect(log).toEqual(['c', 'd']);
});

test('a task that throws is reported, and the next one runs', async () => {
  const errors: unknown[] = [];
  const queue = new SerialQueue(10, (error) => errors.push(error));
  let ran = false;
  queue.add(() => Promise.reject(new Error('async')));
  queue.add(() => {
    throw new Error('sync');
  });
  queue.add(() => {
    ran = true;
  });
  await queue.idle();
  expect(errors).toEqual([new Error('async'), new Error('sync')]);
  expect(ran).toBe(true);
});
