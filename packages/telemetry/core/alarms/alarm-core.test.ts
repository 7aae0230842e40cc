import { alarmId, alarmLimits } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { AlarmStage, hot } from '../testing/alarm-stage.ts';
import { ruleOf, startWallMs } from '../testing/engine-desk.ts';
import { exampleAlarm } from '../testing/example-alarm.ts';
import { AlarmCore } from './alarm-core.ts';

const away = alarmId('edge-1', 'edge', 'edge_offline');
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

describe('[TAL14] how severe it is, and why', () => {
  test('the event says it, else the rule of its name, else it is a warning', () => {
    const stage = new AlarmStage();
    stage.step({ kind: 'rules', rules: [ruleOf('my_rule info: light < 5')] });
    const severities = [
      { eventType: 'temperature_alert', extra: { severity: 'info', sentence: 'Too hot.' } },
      { eventType: 'my_rule', sensor: 'light', value: 4, unit: 'lx' },
      { eventType: 'light_low', sensor: 'light' },
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
    const found = { value: null, stampMs: null, wallMs: 0, sentence: `Fires: ${'silent '.repeat(80)}.` };
    stage.step({ kind: 'ruleEvent', event: { ...event, ...found, active: true } });
    const { severity, value, sentence } = stage.alarms[0] ?? exampleAlarm();
    expect([severity, value, sentence.length]).toEqual(['danger', null, 300]);
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
