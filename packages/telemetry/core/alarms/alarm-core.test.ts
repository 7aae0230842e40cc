import { alarmId, alarmLimits } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { AlarmStage, hot } from '../testing/alarm-stage.ts';
import { ruleOf, startWallMs } from '../testing/engine-desk.ts';
import { exampleAlarm } from '../testing/example-alarm.ts';
import { AlarmCore } from './alarm-core.ts';

const minute = 60_000;

test('[TAL1] however often a rule fires, its alarm opened once', () => {
  const stage = new AlarmStage();
  stage.event(true).wait(1_000).event(true, { value: 33 }).wait(1_000).event(true, { value: 32 });
  expect(stage.said).toEqual([`0 ${hot} opened`]);
  expect(stage.alarms).toMatchObject([
    {
      id: hot,
      count: 1,
      value: 32,
      openedMs: startWallMs,
      lastMs: startWallMs + 2_000,
      version: 3,
      home: 'hut',
    },
  ]);
  stage.event(true, { sensor: 'humidity', eventType: 'humidity_alert_high' });
  expect(stage.alarms).toHaveLength(2);
});

test('[TAL2, TAL3] cleared and acknowledged are two things; both make it over; open again, nobody has seen it', () => {
  const stage = new AlarmStage();
  const open = (): number => (stage.core as AlarmCore).open().length;
  stage.event(true).wait(1_000).event(false).wait(1_000);
  expect(stage.alarm()).toMatchObject({ active: false, acknowledged: false, clearedMs: startWallMs + 1_000 });
  expect(open()).toBe(1);
  expect(stage.command({ name: 'acknowledge', note: 'looked' })).toMatchObject({
    ok: true,
    alarm: { active: false },
  });
  expect([open(), stage.alarms.length]).toEqual([0, 1]);
  expect(stage.command({ name: 'acknowledge' }, 'ben')).toMatchObject({ alarm: { acknowledgedBy: 'ann' } });
  stage.event(true);
  const opened = stage.alarm();
  expect(opened).toMatchObject({
    active: true,
    acknowledged: false,
    count: 2,
    notes: [{ by: 'ann', text: 'looked' }],
  });
  for (const gone of ['acknowledgedBy', 'acknowledgedMs', 'clearedMs'])
    expect(opened).not.toHaveProperty(gone);
  stage.command({ name: 'acknowledge' }, 'ben');
  stage.event(false);
  expect(open()).toBe(0);
  expect(stage.said.map((line) => line.replace(` ${hot}`, ''))).toEqual([
    '0 opened',
    '1 cleared',
    '2 acknowledged by ann',
    '2 opened',
    '2 acknowledged by ben',
    '2 cleared',
  ]);
});

test('[TAL4] the names of the documents, and a clear that has nothing to clear', () => {
  const stage = new AlarmStage();
  stage.event(false);
  expect(stage.alarms).toEqual([]);
  stage.event(true, { eventType: 'temperature_alert' });
  expect(stage.alarm()?.active).toBe(true);
  stage.event(false, { eventType: 'temperature_alert' });
  expect(stage.alarm()?.active).toBe(false);
});

describe('[TAL5] events twice and out of order', () => {
  test('an older clear does not clear, an older fire does not open', () => {
    const stage = new AlarmStage();
    stage.event(true, { seq: 5 }).event(true, { seq: 9 }).event(false, { seq: 7 });
    expect(stage.alarm()?.active).toBe(true);
    stage
      .event(false, { seq: 12 })
      .event(true, { seq: 10 })
      .event(true, { seq: 12 })
      .event(false, { seq: 12 });
    expect(stage.alarm()).toMatchObject({ active: true, count: 2 });
    stage.event(true, { seq: 12 }).event(false, { seq: 12 });
    expect(stage.alarm()).toMatchObject({ active: true, count: 2 });
    expect((stage.core as AlarmCore).ignored).toEqual({ same: 3, old: 2, late: 0 });
  });

  test('a clear that overtakes the fire that it ends', () => {
    const stage = new AlarmStage();
    stage.event(false, { seq: 8 }).event(true, { seq: 6 });
    expect(stage.alarms).toEqual([]);
    stage.event(true, { seq: 1, boot: 2 });
    expect(stage.alarm()?.active).toBe(true);
    stage.event(false, { seq: 99, boot: 1 });
    expect(stage.alarm()?.active).toBe(true);
  });

  test('a device that numbers nothing is told by its stamps', () => {
    const stage = new AlarmStage();
    stage.plain(true, 0).plain(true, 0).plain(false, -500);
    expect(stage.alarm()).toMatchObject({ active: true, version: 1 });
    stage.plain(false, 0).plain(true, 0);
    expect(stage.alarm()).toMatchObject({ active: false, count: 1 });
    stage.wait(1_000).plain(true, 0);
    expect(stage.alarm()).toMatchObject({ active: true, count: 2 });
    stage.restart().plain(false, -500);
    expect(stage.alarm()?.active).toBe(true);
  });
});

test('[TAL6] late events open nothing', () => {
  const stage = new AlarmStage();
  stage.event(true, { hist: true });
  expect(stage.alarms).toEqual([]);
  stage.plain(true, -2 * minute);
  expect(stage.alarms).toEqual([]);
  // A clock that is slow is believed once it goes as fast as time does.
  for (let i = 0; i < 3; i++) stage.wait(1_000).plain(true, -2 * minute);
  expect(stage.alarm()?.active).toBe(true);
});

test('[TAL8] each change is one line of history; the newest 20 notes stay', () => {
  const stage = new AlarmStage();
  stage.event(true).event(true);
  for (let i = 1; i <= 25; i++) stage.command({ name: 'note', text: `note ${i}` });
  expect(stage.alarm()?.notes.map(({ text }) => text)).toEqual(
    Array.from({ length: alarmLimits.notes }, (_each, i) => `note ${i + 6}`),
  );
  expect(stage.entries).toHaveLength(26);
  expect(stage.entries[0]).toEqual({
    alarm: hot,
    atMs: startWallMs,
    kind: 'opened',
    text: 'temperature of edge-1 is 31, above 30.',
    value: 31,
  });
});

test('[TAL10] a restart changes nothing, and nothing is said before it is stored', () => {
  const stage = new AlarmStage();
  stage.event(true, { seq: 5 });
  stage.command({ name: 'acknowledge', note: 'mine' });
  const before = stage.alarms;
  stage.restart(minute);
  expect(stage.alarms).toEqual(before);
  expect((stage.core as AlarmCore).open()).toEqual(before);
  stage.event(true, { seq: 4 }).event(false, { seq: 3 });
  expect(stage.alarms).toEqual(before);
  stage.event(true, { seq: 6 });
  expect(stage.alarm()).toMatchObject({ acknowledged: true, acknowledgedBy: 'ann', count: 1 });
  expect(stage.unstored).toBe(0);
});

test('[TAL11] what is over goes first, then what cleared; when all are active a new one is refused', () => {
  const stage = new AlarmStage({ mostAlarms: 3 });
  const id = (edge: string): string => alarmId(edge, 'temperature', 'temperature_alert_high');
  for (const node of ['a', 'b', 'c']) stage.event(true, { node });
  stage.event(false, { node: 'b' }).event(false, { node: 'c' }).event(true, { node: 'd' });
  expect(stage.removed).toEqual([id('b')]);
  stage.command({ name: 'acknowledge' }, 'ann', id('c'));
  stage.event(false, { node: 'a' }).event(true, { node: 'e' });
  expect(stage.removed).toEqual([id('b'), id('c')]);
  stage.event(true, { node: 'a' }).event(true, { node: 'f' }).event(true, { node: 'g' });
  expect([stage.refused, stage.alarms.length]).toEqual([1, 3]);
  stage.event(false, { node: 'a' }).event(true, { node: 'g', seq: 1_000 });
  expect(stage.alarms.map(({ edge }) => edge).sort()).toEqual(['d', 'e', 'g']);
});

test('[TAL12] versions rise with every change', () => {
  const stage = new AlarmStage();
  const versions: number[] = [];
  stage.listener = (output) => {
    if (output.kind === 'changed') versions.push(output.alarm.version);
  };
  stage.event(true).event(true);
  stage.command({ name: 'note', text: 'x' });
  stage.command({ name: 'shelve', forMs: minute });
  stage.wait(minute).event(false);
  stage.command({ name: 'acknowledge' });
  stage.event(true);
  expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

describe('[TAL14] how severe it is, and why', () => {
  test('the event says it, else the rule of its name, else it is a warning', () => {
    const stage = new AlarmStage();
    stage.step({ kind: 'rules', rules: [ruleOf('my_rule info: light < 5')] });
    const severities = [
      { eventType: 'temperature_alert', extra: { severity: 'info', sentence: 'Too hot.' } },
      { eventType: 'my_rule', sensor: 'light', value: 4, unit: 'lx' },
      { eventType: 'light_low', sensor: 'light' },
      { eventType: 'quiet', sensor: 'light', value: 0, quality: 'none' },
      { eventType: 'whatever', extra: { severity: 'dreadful', sentence: 7 } },
    ].map((change) => {
      stage.event(true, { node: 'e', ...change });
      const { severity, sentence } = stage.alarms.at(-1) ?? exampleAlarm();
      return `${severity}: ${sentence}`;
    });
    expect(severities).toEqual([
      'info: Too hot.',
      'info: light of e is 4 lx, below 5.',
      'info: light of e is 31, below 100.',
      'warning: light of e says nothing.',
      'warning: temperature of e is 31.',
    ]);
  });

  test('the rules of this node say it themselves', () => {
    const stage = new AlarmStage();
    const event = {
      rule: 'r',
      severity: 'danger',
      node: 'plug',
      sensor: 'power',
      isRepeated: false,
    } as const;
    const found = {
      value: null,
      unit: 'W',
      stampMs: null,
      wallMs: 0,
      sentence: `Fires: ${'silent '.repeat(80)}.`,
    };
    stage.step({ kind: 'ruleEvent', event: { ...event, ...found, active: true } });
    const { severity, value, unit, sentence } = stage.alarms[0] ?? exampleAlarm();
    expect([severity, value, unit, sentence.length]).toEqual(['danger', null, 'W', 300]);
    stage.step({ kind: 'ruleEvent', event: { ...event, ...found, active: false } });
    expect(stage.alarms[0]?.active).toBe(false);
  });
});

test('[TAL15] a command is answered with the alarm, or that there is none', () => {
  const stage = new AlarmStage();
  expect(stage.command({ name: 'acknowledge' })).toEqual({
    ok: false,
    code: 'not_found',
    message: `There is no alarm ${hot}.`,
  });
  stage.event(true);
  expect(stage.command({ name: 'acknowledge' })).toEqual({ ok: true, alarm: stage.alarm() });
});

test('[TAL16] what became of telling is in the history, the first escalation in the alarm', () => {
  const stage = new AlarmStage();
  stage.event(true).wait(1_000);
  const told = { kind: 'told', alarms: [hot, 'gone~x~y'], text: 'route ops: browsers' } as const;
  stage.step({ ...told, outcome: 'notified' }).step({ ...told, outcome: 'notificationFailed' });
  expect(stage.alarm()?.version).toBe(1);
  stage
    .step({ ...told, outcome: 'escalated' })
    .wait(1_000)
    .step({ ...told, outcome: 'escalated' });
  expect(stage.alarm()).toMatchObject({ version: 2, escalatedMs: startWallMs + 1_000 });
  expect(stage.entries.map(({ kind }) => kind)).toEqual([
    'opened',
    'notified',
    'notificationFailed',
    'escalated',
    'escalated',
  ]);
  expect(stage.unstored).toBe(0);
});

test('a configuration out of its range throws', () => {
  expect(() => new AlarmCore({ node: 'hut', offlineMs: Number.NaN })).toThrow(RangeError);
  expect(() => new AlarmCore({ node: 'hut', mostAlarms: 0 })).toThrow(RangeError);
});
