/** What becomes of a delivery: attempts, restarts, targets that are down, routes that change under it. */
import type { AlarmRoute } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { RouteStage } from '../testing/route-stage.ts';

const ops: AlarmRoute = { name: 'ops', to: { kind: 'webhook', url: 'https://hooks.example/a' } };
const opened = 'opened edge-1/temperature_alert_high';
const minute = 60_000;
const hour = 60 * minute;
const down = { ok: false, sentence: 'answered 503' } as const;

describe('[TRT8] stored before it is told', () => {
  test('and told again after a restart, under the same id, until it has an answer', () => {
    const stage = new RouteStage([ops]);
    stage.answer = () => 'later';
    stage.alarm().restart(minute).restart(minute);
    stage.answer = () => ({ ok: true });
    stage.restart(minute);
    expect(new Set(stage.attempts.map(({ delivery }) => delivery.id)).size).toBe(1);
    expect(stage.arrived).toEqual([`180 ops: ${opened}`]);
    expect(stage.stored.deliveries).toEqual([]);
    expect(stage.unstored).toBe(0);
    stage.restart(minute).wait(hour);
    expect(stage.arrived).toHaveLength(1);
  });

  test('a host that never answers is asked again after a minute; its late answer counts no more', () => {
    const stage = new RouteStage([ops]);
    stage.answer = () => 'later';
    stage.alarm().wait(minute);
    const [first] = stage.attempts;
    expect(stage.history).toEqual([
      'notificationFailed 1: route ops: webhook at hooks.example: no answer within a minute (it is tried again)',
    ]);
    stage.wait(1_000);
    expect(stage.attempts).toHaveLength(2);
    stage.step({ kind: 'attempted', delivery: first?.delivery.id ?? '', attempt: 1, result: { ok: true } });
    expect(stage.stored.deliveries).toHaveLength(1);
    stage.step({ kind: 'attempted', delivery: first?.delivery.id ?? '', attempt: 2, result: { ok: true } });
    expect(stage.stored.deliveries).toHaveLength(0);
  });

  test('ids of two starts are never the same', () => {
    const stage = new RouteStage([ops]);
    for (let i = 0; i < 20; i++) stage.alarm({ edge: `e${i}` }).restart(minute);
    const ids = stage.attempts.map(({ delivery }) => delivery.id);
    expect(new Set(ids).size).toBe(20);
    expect(ids.every((id) => /^[a-z2-7]{26}$/.test(id))).toBe(true);
  });
});

describe('[TRT9] attempts that fail', () => {
  test('are made again, later each time, and given up after a day', () => {
    const stage = new RouteStage([ops]);
    stage.answer = () => down;
    stage.alarm().wait(25 * hour);
    const gaps = stage.attempts.slice(1).map(({ atMs }, i) => atMs - (stage.attempts[i]?.atMs ?? 0));
    expect(gaps[0]).toBeLessThanOrEqual(1_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(30 * minute);
    expect(stage.attempts.at(-1)?.atMs).toBeGreaterThan(23 * hour);
    expect(stage.history).toEqual([
      'notificationFailed 1: route ops: webhook at hooks.example: answered 503 (it is tried again)',
      'notificationFailed 1: route ops: webhook at hooks.example: answered 503 (given up)',
    ]);
    expect(stage.stored.deliveries).toEqual([]);
    const before = stage.attempts.length;
    stage.wait(24 * hour);
    expect(stage.attempts).toHaveLength(before);
  });

  test('a restart does not begin the waits anew, nor the day', () => {
    const stage = new RouteStage([ops]);
    stage.answer = () => down;
    stage.alarm().wait(hour);
    const before = stage.attempts.length;
    stage.restart(1_000).wait(4 * minute);
    expect(stage.attempts.length - before).toBeLessThanOrEqual(2);
    stage.restart(23 * hour).wait(minute);
    expect(stage.history.at(-1)).toContain('given up');
  });

  test('what can never succeed is given up at once, and the next thing is told', () => {
    const stage = new RouteStage([ops]);
    stage.answer = () => ({ ...down, isFinal: true });
    stage.alarm().wait(minute);
    expect([stage.attempts.length, stage.history.length]).toEqual([1, 1]);
    stage.answer = () => ({ ok: true });
    stage.alarm({ edge: 'b' });
    expect(stage.arrived).toEqual(['60 ops: opened b/temperature_alert_high']);
  });
});

test('[TRT10] a target that is down is left alone by all routes that lead there, and by no other', () => {
  const routes: AlarmRoute[] = [
    { ...ops, name: 'a' },
    { ...ops, name: 'b', to: { kind: 'webhook', url: 'https://HOOKS.example/b' } },
    { ...ops, name: 'c', to: { kind: 'webhook', url: 'https://other.example' } },
  ];
  const stage = new RouteStage(routes);
  stage.answer = ({ route }) => (route === 'c' ? { ok: true } : down);
  stage.alarm().wait(4_000);
  expect(stage.arrived).toEqual([`0 c: ${opened}`]);
  const before = stage.attempts.length;
  expect(before).toBeLessThanOrEqual(1 + 5);
  stage.wait(25_000);
  expect(stage.attempts).toHaveLength(before);
  // One asks whether it is back, for all of them.
  stage.answer = () => ({ ok: true });
  stage.wait(hour);
  expect(stage.arrived.slice(1).map((line) => line.split(' ')[1])).toEqual(
    expect.arrayContaining(['a:', 'b:']),
  );
  expect(stage.arrived).toHaveLength(3);
});

test('[TRT13] what changed before it could be told is told after a restart', () => {
  const stage = new RouteStage([ops]);
  stage.alarm({ edge: 'a' }).wait(minute);
  stage.restart(minute, (alarm) => ({ ...alarm, active: false, version: 9 }));
  expect(stage.arrived.at(-1)).toBe('120 ops: cleared a/temperature_alert_high');
  const other = new RouteStage([ops]);
  other.alarm({ edge: 'a' }).wait(minute);
  other.restart(minute, (alarm) => ({ ...alarm, count: 2, version: 9 }));
  expect(other.arrived.at(-1)).toBe('120 ops: opened a/temperature_alert_high');
});

describe('[TRT14] routes that change', () => {
  test('go on under their name, with what they have told', () => {
    const stage = new RouteStage([ops]);
    stage.alarm().wait(minute);
    stage.step({ kind: 'routes', routes: [{ ...ops, repeatMs: 2 * minute }] }).wait(minute);
    expect(stage.arrived.map((line) => line.split(' ')[2])).toEqual(['opened', 'repeated']);
    stage.restart().alarm({ active: false });
    expect(stage.arrived.at(-1)).toContain('cleared');
  });

  test('take what is on its way to their new target, and along when they go', () => {
    const stage = new RouteStage([ops]);
    stage.answer = ({ to }) => (to.kind === 'browser' ? { ok: true } : down);
    stage.alarm().wait(1_000);
    stage.step({ kind: 'routes', routes: [{ ...ops, to: { kind: 'browser' } }] }).wait(minute);
    expect(stage.arrived).toHaveLength(1);
    stage.answer = () => down;
    stage.alarm({ edge: 'b' }).step({ kind: 'routes', routes: [] });
    const before = stage.attempts.length;
    expect(stage.stored).toEqual({ deliveries: [], marks: [] });
    stage.wait(hour);
    expect(stage.attempts).toHaveLength(before);
  });

  test('a new one tells what is open, in one piece; alarms that are gone are forgotten', () => {
    const stage = new RouteStage([]);
    stage.storm(3).step({ kind: 'routes', routes: [ops] });
    expect(stage.arrived[0]?.match(/opened/g)).toHaveLength(3);
    stage.step({ kind: 'removed', alarm: 'edge-1~temperature~temperature_alert_high' });
    expect(stage.stored.marks).toHaveLength(2);
  });
});
