/** Alarms over time and over edges: shelves, absences, edges that go. */
import { alarmId } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { AlarmStage, hot } from '../testing/alarm-stage.ts';
import { startWallMs } from '../testing/engine-desk.ts';
import { exampleAlarm } from '../testing/example-alarm.ts';
import type { AlarmCore } from './alarm-core.ts';

const away = alarmId('edge-1', 'edge', 'edge_offline');
const minute = 60_000;

describe('[TAL7] shelved for a time', () => {
  test('its state goes on, and the shelf ends by the monotonic clock', () => {
    const stage = new AlarmStage();
    stage.event(true);
    stage.command({ name: 'shelve', forMs: 30 * minute, note: 'cleaning' });
    expect(stage.alarm()).toMatchObject({ shelvedBy: 'ann', shelvedUntilMs: startWallMs + 30 * minute });
    stage.wait(minute).event(false).wait(minute).event(true);
    stage.wallOffsetMs += 90 * minute;
    stage.wait(27 * minute);
    expect(stage.alarm()).toHaveProperty('shelvedUntilMs');
    stage.wait(minute);
    expect(stage.alarm()).not.toHaveProperty('shelvedUntilMs');
    expect(stage.alarm()).toMatchObject({ active: true, count: 2 });
    expect(stage.said.at(-1)).toBe(`1800 ${hot} unshelved`);
  });

  test('over a restart it ends by the wall clock; taken off by hand no timer fires', () => {
    const stage = new AlarmStage();
    stage.event(true);
    stage.command({ name: 'shelve', forMs: 30 * minute });
    stage.restart(10 * minute).wait(19 * minute);
    expect(stage.alarm()).toHaveProperty('shelvedUntilMs');
    stage.wait(minute);
    expect(stage.alarm()).not.toHaveProperty('shelvedUntilMs');
    stage.command({ name: 'shelve', forMs: minute });
    stage.restart(5 * minute).wait(0);
    expect(stage.alarm()).not.toHaveProperty('shelvedUntilMs');
    stage.command({ name: 'shelve', forMs: minute });
    expect(stage.command({ name: 'unshelve' }, 'ben')).toMatchObject({ ok: true });
    const lines = stage.said.length;
    stage.command({ name: 'unshelve' });
    stage.wait(2 * minute);
    expect(stage.said.length).toBe(lines);
    expect(stage.said.at(-1)).toMatch(/unshelved by ben$/);
  });

  test('shelved again it is shelved from now', () => {
    const stage = new AlarmStage();
    stage.event(true);
    stage.command({ name: 'shelve', forMs: minute });
    stage.wait(30_000);
    stage.command({ name: 'shelve', forMs: minute });
    stage.wait(59_000);
    expect(stage.alarm()).toHaveProperty('shelvedUntilMs');
    stage.wait(1_000);
    expect(stage.alarm()).not.toHaveProperty('shelvedUntilMs');
  });
});

describe('[TAL9] an edge that is away', () => {
  test('is an alarm after its time, and back it clears; what it said stays', () => {
    const stage = new AlarmStage();
    stage.event(true).step({ kind: 'edge', edge: 'edge-1', state: 'offline' }).wait(59_000);
    stage.step({ kind: 'edge', edge: 'edge-1', state: 'offline' });
    expect(stage.alarm(away)).toBeUndefined();
    stage.wait(1_000);
    expect(stage.alarm(away)).toMatchObject({ active: true, severity: 'warning', value: null });
    expect(stage.alarm(hot)).toMatchObject({ active: true, version: 1 });
    stage.step({ kind: 'edge', edge: 'edge-1', state: 'offline' }).wait(10 * minute);
    stage
      .restart()
      .step({ kind: 'edge', edge: 'edge-1', state: 'offline' })
      .wait(10 * minute);
    expect(stage.alarm(away)).toMatchObject({ active: true, count: 1 });
    stage.step({ kind: 'edge', edge: 'edge-1', state: 'online' });
    expect(stage.alarm(away)).toMatchObject({ active: false, sentence: 'edge-1 is back.' });
  });

  test('back in time it is none, and the next time counts anew', () => {
    const stage = new AlarmStage({ offlineMs: 10_000 });
    for (let i = 0; i < 3; i++) {
      stage.step({ kind: 'edge', edge: 'edge-1', state: 'offline' }).wait(9_000);
      stage.step({ kind: 'edge', edge: 'edge-1', state: 'online' }).wait(1_000);
    }
    expect(stage.alarms).toEqual([]);
  });
});

describe('[TAL13] edges that go', () => {
  test('taken out, its alarms are over', () => {
    const stage = new AlarmStage();
    stage
      .event(true)
      .event(true, { node: 'edge-2' })
      .step({ kind: 'edge', edge: 'edge-1', state: 'offline' });
    stage.step({ kind: 'forget', edge: 'edge-1', by: 'olga' }).wait(10 * minute);
    expect(stage.alarm()).toMatchObject({ active: false, acknowledged: true, acknowledgedBy: 'olga' });
    expect((stage.core as AlarmCore).open().map(({ edge }) => edge)).toEqual(['edge-2']);
    expect(stage.alarm(away)).toBeUndefined();
    stage.step({ kind: 'forget', edge: 'edge-2', sensor: 'humidity', by: 'olga' });
    expect((stage.core as AlarmCore).openOf('edge-2')).toHaveLength(1);
  });

  test('moved, they go with it, and go on at their new home', () => {
    const [old, next] = [new AlarmStage({ node: 'hut' }), new AlarmStage({ node: 'barn' })];
    old.event(true, { seq: 3 });
    old.command({ name: 'acknowledge' });
    old.command({ name: 'shelve', forMs: 10 * minute });
    const said = (old.core as AlarmCore).openOf('edge-1');
    next.step({ kind: 'adopt', edge: 'edge-1', alarms: [...said, exampleAlarm({ edge: 'edge-9' })] });
    old.step({ kind: 'release', edge: 'edge-1' });
    expect([old.alarms, old.removed]).toEqual([[], [hot]]);
    expect(next.alarms).toMatchObject([{ id: hot, home: 'barn', acknowledgedBy: 'ann', version: 4 }]);
    next.step({ kind: 'adopt', edge: 'edge-1', alarms: said });
    expect(next.alarm()?.version).toBe(4);
    next.wait(10 * minute).event(false, { seq: 4 });
    expect(next.alarm()).toMatchObject({ active: false, acknowledged: true });
    expect(next.alarm()).not.toHaveProperty('shelvedUntilMs');
  });
});
