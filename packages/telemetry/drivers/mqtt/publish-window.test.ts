import { BothyError } from '@bothy/wire';
import { expect, test } from 'vitest';
import { PublishWindow, type WindowItem } from './publish-window.ts';

const item = (topic: string): WindowItem => ({ topic, payload: '', qos: 1, retain: false });

test('so many are in flight at once, the rest follows in order, and what is too much is refused', async () => {
  const sent: { topic: string; done: (error?: Error) => void }[] = [];
  const window = new PublishWindow({
    maxInFlight: 2,
    maxWaiting: 3,
    send: ({ topic }, done) => sent.push({ topic, done }),
  });
  const ends: string[] = [];
  const add = (topic: string): void => {
    window.add(item(topic)).then(
      () => ends.push(topic),
      (error: unknown) => ends.push(`${topic}: ${BothyError.from(error).code}`),
    );
  };
  for (const topic of ['a', 'b', 'c', 'd', 'e', 'f']) add(topic);
  expect(sent.map(({ topic }) => topic)).toEqual(['a', 'b']);
  sent[1]?.done();
  sent[1]?.done();
  expect(sent.map(({ topic }) => topic)).toEqual(['a', 'b', 'c']);
  expect(window.size).toBe(4);
  sent[0]?.done(new Error('refused'));
  expect(sent.map(({ topic }) => topic)).toEqual(['a', 'b', 'c', 'd']);
  window.clear(new BothyError('broker_unreachable', 'gone'));
  expect(window.size).toBe(0);
  // What is acknowledged after the end is nobody's any more.
  sent[2]?.done();
  await Promise.resolve();
  await Promise.resolve();
  expect(ends.sort()).toEqual([
    'a: broker_unreachable',
    'b',
    'c: broker_unreachable',
    'd: broker_unreachable',
    'e: broker_unreachable',
    'f: limit_reached',
  ]);
});

test('a long queue costs no memory once it has passed', async () => {
  let inFlight: (() => void)[] = [];
  const window = new PublishWindow({
    maxInFlight: 10,
    maxWaiting: 1_000,
    send: (_item, done) => inFlight.push(done),
  });
  const all: Promise<void>[] = [];
  for (let at = 0; at < 1_000; at++) all.push(window.add(item(String(at))));
  let passed = 0;
  while (passed < 1_000) {
    const batch = inFlight;
    inFlight = [];
    expect(batch).toHaveLength(10);
    for (const done of batch) done();
    passed += batch.length;
  }
  await Promise.all(all);
  expect(window.size).toBe(0);
});
