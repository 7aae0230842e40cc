import { expect, test } from 'vitest';
import { KeyedTimers } from './keyed-timers.ts';
import type { Timers } from './ports.ts';
import { clearTimer, ScriptedWorld, setTimer } from './scripted-core.ts';
import { VirtualTime } from './virtual-time.ts';

function timersOf(world: ScriptedWorld): string[] {
  return world.core.inputs.flatMap((input) => (input.kind === 'timer' ? [input.key] : []));
}

test('[LP12] setting a timer again replaces it; clearing it silences it', () => {
  const world = new ScriptedWorld();
  world.do(setTimer('a', 10), setTimer('b', 10), setTimer('c', 10));
  world.do(setTimer('a', 20), clearTimer('b'), clearTimer('never set'));
  expect(world.time.size).toBe(2);
  world.time.advance(15);
  expect(timersOf(world)).toEqual(['c']);
  world.time.advance(15);
  expect(timersOf(world)).toEqual(['c', 'a']);
});

test('[LP12] a call that the platform had queued already does not fire a replaced or cleared timer', () => {
  const queued: (() => void)[] = [];
  const stubborn: Timers = { set: (_, fire) => queued.push(fire), clear: () => {} };
  const world = new ScriptedWorld(undefined, { timers: stubborn });
  world.do(setTimer('a', 0), setTimer('b', 0));
  world.do(setTimer('a', 0), clearTimer('b'));
  for (const fire of queued) fire();
  expect(timersOf(world)).toEqual(['a']);
  for (const fire of queued) fire();
  expect(timersOf(world)).toEqual(['a']);
});

test('[LP12] a platform whose handles are all alike changes nothing', () => {
  const time = new VirtualTime();
  const fired: string[] = [];
  const blind: Timers = { set: (afterMs, fire) => void time.set(afterMs, fire), clear: () => {} };
  const timers = new KeyedTimers(time, blind, (key) => fired.push(key));
  timers.set('a', 10);
  timers.set('a', 20);
  time.advance(15);
  expect(fired).toEqual([]);
  time.advance(5);
  expect(fired).toEqual(['a']);
});

test('[LP13] a platform that calls early is asked again for the rest', () => {
  const time = new VirtualTime();
  const fired: number[] = [];
  const hasty: Timers = {
    set: (afterMs, fire) => time.set(Math.min(afterMs * 0.9, 100), fire),
    clear: (handle) => time.clear(handle),
  };
  const timers = new KeyedTimers(time, hasty, () => fired.push(time.monoMs()));
  timers.set('a', 1_000);
  time.advance(999.9);
  expect(fired).toEqual([]);
  time.advance(0.2);
  expect(fired).toHaveLength(1);
  expect(fired[0]).toBeGreaterThanOrEqual(1_000);
});

test('[LP13] a timer that was asked again can still be cleared', () => {
  const time = new VirtualTime();
  const half: Timers = {
    set: (ms, fire) => time.set(ms / 2, fire),
    clear: (handle) => time.clear(handle),
  };
  const timers = new KeyedTimers(time, half, () => expect.unreachable());
  timers.set('a', 100);
  time.advance(60);
  timers.clear('a');
  expect(time.size).toBe(0);
  time.advance(100);
});

test('[LP14] below 0 is 0; what is no time ends the instance', () => {
  const world = new ScriptedWorld();
  world.do(setTimer('past', -5));
  world.time.advance(0);
  expect(timersOf(world)).toEqual(['past']);
  for (const afterMs of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const broken = new ScriptedWorld();
    broken.do(setTimer('k', afterMs));
    expect(broken.log).toEqual(['failed internal']);
  }
});
