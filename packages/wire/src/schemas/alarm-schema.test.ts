import { describe, expect, test } from 'vitest';
import { type Alarm, edgeAlarmsLimits, routeLimits } from '../telemetry/alarm.ts';
import {
  alarmSchema,
  parseAlarmCommand,
  parseAlarmRoute,
  parseAlarmRoutes,
  parseEdgeAlarms,
} from './alarm-schema.ts';

const alarm: Alarm = {
  id: 'edge-1~temperature~hot',
  edge: 'edge-1',
  sensor: 'temperature',
  rule: 'hot',
  severity: 'danger',
  active: true,
  acknowledged: false,
  openedMs: 1,
  lastMs: 2,
  count: 1,
  value: 31,
  sentence: 'Too hot.',
  notes: [{ atMs: 1, by: 'ann', text: 'seen' }],
  home: 'hut',
  version: 3,
};
const ops = { name: 'ops', to: { kind: 'browser' } };

function reasonOf(parsed: { ok: boolean; reason?: string }): string {
  return parsed.ok ? 'taken' : (parsed.reason ?? '');
}

describe('commands on alarms', () => {
  test.each([
    [{ name: 'acknowledge' }, 'taken'],
    [{ name: 'shelve', forMs: 1_800_000, note: 'cleaning' }, 'taken'],
    [{ name: 'unshelve' }, 'taken'],
    [{ name: 'note', text: 'x'.repeat(1_000) }, 'taken'],
    [{ name: 'note', text: 'x'.repeat(1_001) }, 'text must be a text of 1 to 1000 characters.'],
    [{ name: 'note', text: '' }, 'text must be a text of 1 to 1000 characters.'],
    [{ name: 'shelve' }, 'forMs must be milliseconds, a second to 30 days.'],
    [{ name: 'shelve', forMs: 31 * 86_400_000 }, 'forMs must be milliseconds, a second to 30 days.'],
    [{ name: 'shelve', forMs: Number.NaN }, 'forMs must be milliseconds, a second to 30 days.'],
    [{ name: 'acknowledge', by: 'eve' }, 'There is no field by.'],
    [{ name: 'explode' }, 'name must be "acknowledge", "shelve", "unshelve" or "note".'],
    [null, 'This is not a command for an alarm.'],
    ['acknowledge', 'This is not a command for an alarm.'],
  ])('%j: %s', (data, reason) => {
    expect(reasonOf(parseAlarmCommand(data))).toBe(reason);
  });
});

describe('routes', () => {
  const hook = (url: string, secret?: string): object => ({
    name: 'hook',
    to: { kind: 'webhook', url, ...(secret === undefined ? {} : { secret }) },
  });

  test.each([
    [ops, 'taken'],
    [hook('http://127.0.0.1:8123/api/webhook/x', 'sixteen letters!'), 'taken'],
    [hook('ftp://example.org'), /^to.url must be/],
    [hook('javascript:alert(1)'), /^to.url must be/],
    [hook('https://ann:pass@example.org'), /^to.url must be/],
    [hook(`https://example.org/${'x'.repeat(routeLimits.urlChars)}`), /^to.url must be/],
    [hook('https://example.org', 'too short'), /^to.secret must be/],
    [{ ...ops, to: { kind: 'email', to: ['a@b.org', 'a@b.org\r\nBcc: eve@evil.org'] } }, /^to.to must be/],
    [{ ...ops, to: { kind: 'email', to: [] } }, /^to.to must be/],
    [{ ...ops, to: { kind: 'room', room: '../etc' } }, /^to.room must be/],
    [{ ...ops, to: { kind: 'pigeon' } }, /^to.kind must be/],
    [{ ...ops, name: 'a b' }, /^name must be/],
    [{ ...ops, afterMS: 5 }, 'There is no field afterMS.'],
    [{ ...ops, afterMs: -1 }, /^afterMs must be/],
    [{ ...ops, repeatMs: 1_000 }, /^repeatMs must be/],
    [{ ...ops, severities: ['bad'] }, /^severities must be/],
    [{ ...ops, edges: ['(a+)+$'] }, /^edges must be/],
    [{ ...ops, quiet: { days: ['mon'], from: '25:00', to: '06:00' } }, /^quiet must be/],
    [{ ...ops, quiet: { days: ['tue', 'mon'], from: '22:00', to: '06:00' } }, /in the order of the week/],
    [{ ...ops, to: { kind: 'browser', url: 'x' } }, 'There is no field to.url.'],
    [[], 'This is not a route.'],
  ])('%j: %s', (data, reason) => {
    const said = reasonOf(parseAlarmRoute(data));
    if (typeof reason === 'string') expect(said).toBe(reason);
    else expect(said).toMatch(reason);
  });

  test('a set has each name once, and says which route is wrong', () => {
    expect(parseAlarmRoutes([ops, { ...ops, name: 'two' }])).toMatchObject({ ok: true });
    expect(reasonOf(parseAlarmRoutes([ops, ops]))).toBe('There are two routes of the name ops.');
    expect(reasonOf(parseAlarmRoutes([ops, {}]))).toMatch(/^Route 2: /);
    expect(reasonOf(parseAlarmRoutes({}))).toBe('Routes are a list.');
    const many = Array.from({ length: routeLimits.routes + 1 }, (_, i) => ({ ...ops, name: `r${i}` }));
    expect(reasonOf(parseAlarmRoutes(many))).toBe('There are 100 routes at most.');
  });
});

describe('what a home says of the alarms of an edge', () => {
  const said = { v: 1, edge: 'edge-1', home: 'hut', alarms: [alarm] };
  const parse = (change: object) => parseEdgeAlarms(JSON.stringify({ ...said, ...change }), 'edge-1');

  test('is taken as it is, with what a later version adds left out', () => {
    expect(parse({ later: true })).toEqual({ ok: true, value: said });
    expect(parse({ alarms: [{ ...alarm, value: null, unit: '°C', escalatedMs: 5 }] })).toMatchObject({
      ok: true,
    });
  });

  test.each([
    [{ edge: 'edge-2', alarms: [] }, 'names another edge than its topic'],
    [{ alarms: [{ ...alarm, edge: 'edge-2' }] }, 'names another edge than its topic'],
    [{ v: 2 }, 'wrong shape at v'],
    [{ alarms: [{ ...alarm, id: 'a~b' }] }, 'wrong shape at alarms.0.id'],
    [{ alarms: [{ ...alarm, version: 0 }] }, 'wrong shape at alarms.0.version'],
    [{ alarms: Array.from({ length: edgeAlarmsLimits.alarms + 1 }, () => alarm) }, 'wrong shape at alarms'],
    [{ alarms: 'x'.repeat(edgeAlarmsLimits.bytes) }, `larger than ${edgeAlarmsLimits.bytes} bytes`],
  ])('refused: %#', (change, reason) => {
    expect(reasonOf(parse(change))).toBe(reason);
  });

  test('an alarm in JSON is an alarm', () => {
    expect(alarmSchema.safeParse(JSON.parse(JSON.stringify(alarm))).data).toEqual(alarm);
  });
});
