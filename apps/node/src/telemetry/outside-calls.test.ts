import type { AttemptResult } from '@bothy/telemetry/core';
import { expect, test } from 'vitest';
import { OutsideCalls } from './outside-calls.ts';

/** Calls that end when they are told to. */
function hanging() {
  const calls = new OutsideCalls();
  const running: ((result: AttemptResult) => void)[] = [];
  const make = (service: string) =>
    calls.call(service, () => new Promise<AttemptResult>((resolve) => running.push(resolve)));
  return { calls, running, make };
}

test('a service that hangs has four calls, and sixteen that wait; others do not notice', async () => {
  const { calls, running, make } = hanging();
  const all = Array.from({ length: 21 }, () => make('slow.example'));
  expect(running).toHaveLength(4);
  expect(await all[20]).toMatchObject({ ok: false });
  expect(await calls.call('well.example', async () => ({ ok: true }))).toEqual({ ok: true });
  for (let ended = 0; ended < 20; ended++) {
    running[ended]?.({ ok: true });
    expect(await all[ended]).toEqual({ ok: true });
  }
  expect(running).toHaveLength(20);
});

test('what failed makes room, and a service that is at rest begins anew', async () => {
  const { running, make } = hanging();
  const first = make('a.example');
  running[0]?.({ ok: false, sentence: 'it said 500' });
  expect(await first).toEqual({ ok: false, sentence: 'it said 500' });
  const all = Array.from({ length: 20 }, () => make('a.example'));
  expect(running).toHaveLength(5);
  for (let at = 1; at <= 20; at++) {
    running[at]?.({ ok: true });
    await all[at - 1];
  }
});
