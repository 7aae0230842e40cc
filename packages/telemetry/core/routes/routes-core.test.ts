import type { AlarmRoute } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { exampleAlarm, exampleDelivery } from '../testing/example-alarm.ts';
import { RouteStage } from '../testing/route-stage.ts';
import { deliveryText, headline, newsWords } from './delivery-words.ts';
import { fits } from './route-matching.ts';
import { RoutesCore } from './routes-core.ts';

const ops: AlarmRoute = { name: 'ops', to: { kind: 'browser' } };
const opened = 'opened edge-1/temperature_alert_high';
const minute = 60_000;
const hour = 60 * minute;

describe('[TRT1] which alarms a route is about', () => {
  test('what it names, and anything where it names nothing', () => {
    const routes: AlarmRoute[] = [
      { ...ops, name: 'all' },
      { ...ops, name: 'worst', severities: ['danger'] },
      { ...ops, name: 'green', edges: ['greenhouse-*'], sensors: ['light', 'temp*'] },
      { ...ops, name: 'low', rules: ['*_low'], severities: ['info', 'warning'] },
    ];
    const stage = new RouteStage(routes);
    stage.alarm({ edge: 'greenhouse-2' });
    stage.wait(minute).alarm({ sensor: 'light', rule: 'light_low', severity: 'info' });
    expect(stage.arrived.map((line) => line.split(':')[0])).toEqual([
      '0 all',
      '0 worst',
      '0 green',
      '60 all',
      '60 low',
    ]);
  });

  test('a star is any run of characters', () => {
    const yes = ['*', 'edge-1', 'e*', '*1', 'e*-*1', '*dge*', 'edge-1*', '**'];
    const no = ['', 'edge', 'e*2', 'edge-1*1', '*dge', 'EDGE-1', '*1*1*'];
    expect(yes.filter((pattern) => !fits(pattern, 'edge-1'))).toEqual([]);
    expect(no.filter((pattern) => fits(pattern, 'edge-1'))).toEqual([]);
    // A regular expression of this takes longer than the universe is old.
    expect(fits('*a'.repeat(32), 'a'.repeat(31))).toBe(false);
  });
});

test('[TRT2] told at once, once, and again when it opens again', () => {
  const stage = new RouteStage([{ ...ops, tellsEnd: false }]);
  stage.alarm().alarm({ value: 35 }).wait(minute).alarm({ value: 36 });
  expect(stage.arrived).toEqual([`0 ops: ${opened}`]);
  stage.alarm({ active: false }).wait(minute).alarm({ active: true });
  expect(stage.arrived).toEqual([`0 ops: ${opened}`, `120 ops: ${opened}`]);
  expect(stage.stored).toMatchObject({ deliveries: [], marks: [{ route: 'ops', count: 2, said: 'open' }] });
  stage.alarm({ active: false });
  expect(stage.stored.marks).toEqual([]);
});

describe('[TRT3] a route that waits', () => {
  const late: AlarmRoute = { ...ops, name: 'late', afterMs: 10 * minute };

  test('tells of what nobody has acknowledged by then', () => {
    const stage = new RouteStage([late]);
    stage.alarm({ edge: 'a' }).alarm({ edge: 'b' }).wait(minute).alarm({ edge: 'b', acknowledged: true });
    stage
      .alarm({ edge: 'c' })
      .wait(minute)
      .alarm({ edge: 'c', active: false })
      .wait(10 * minute);
    expect(stage.arrived).toEqual(['600 late: opened a/temperature_alert_high']);
    expect(stage.history).toEqual(['notified 1: route late: browsers', 'escalated 1: route late: browsers']);
  });

  test('counts on over a restart, and again from each opening', () => {
    const stage = new RouteStage([late]);
    stage
      .alarm()
      .wait(4 * minute)
      .restart(5 * minute)
      .wait(59_000);
    expect(stage.arrived).toEqual([]);
    stage.wait(1_000);
    expect(stage.arrived).toEqual([`600 late: ${opened}`]);
    stage.wait(10_000).alarm({ active: false }).alarm({ active: true }).wait(599_000);
    expect(stage.arrived.slice(1)).toEqual(['610 late: cleared edge-1/temperature_alert_high']);
    stage.wait(1_000);
    expect(stage.arrived.slice(2)).toEqual([`1210 late: ${opened}`]);
  });
});

test('[TRT4] told again at its interval, until somebody has seen it', () => {
  const stage = new RouteStage([{ ...ops, repeatMs: 5 * minute }]);
  stage
    .alarm()
    .wait(7 * minute)
    .restart(minute)
    .wait(4 * minute);
  const repeated = 'repeated edge-1/temperature_alert_high';
  expect(stage.arrived).toEqual([`0 ops: ${opened}`, `300 ops: ${repeated}`, `600 ops: ${repeated}`]);
  stage.alarm({ acknowledged: true, acknowledgedBy: 'ann' }).wait(hour);
  expect(stage.arrived).toHaveLength(4);
  expect(stage.arrived.at(-1)).toContain('acknowledged');
});

describe('[TRT5] the end', () => {
  test('of what was told: who has seen it, and that it cleared', () => {
    const stage = new RouteStage([ops, { ...ops, name: 'short', tellsEnd: false }]);
    stage.alarm().wait(minute).alarm({ acknowledged: true }).wait(minute).alarm({ active: false });
    expect(stage.arrived.filter((line) => line.includes('ops')).map((line) => line.split(' ')[2])).toEqual([
      'opened',
      'acknowledged',
      'cleared',
    ]);
    expect(stage.arrived.filter((line) => line.includes('short'))).toHaveLength(1);
    expect(stage.stored).toEqual({ deliveries: [], marks: [] });
  });

  test('of what was not told nothing is', () => {
    const stage = new RouteStage([{ ...ops, afterMs: minute }]);
    stage.alarm().wait(30_000).alarm({ active: false }).alarm({ acknowledged: true }).wait(hour);
    expect(stage.arrived).toEqual([]);
  });
});

describe('[TRT6] when it says nothing', () => {
  test('shelved, until it is not', () => {
    const stage = new RouteStage([{ ...ops, repeatMs: minute }]);
    stage
      .alarm()
      .shelve(true)
      .wait(10 * minute);
    expect(stage.arrived).toHaveLength(1);
    stage.shelve(false);
    expect(stage.arrived.at(-1)).toBe('600 ops: repeated edge-1/temperature_alert_high');
    stage.shelve(true).alarm({ active: false }).wait(minute).alarm({ active: true }).shelve(false);
    expect(stage.arrived.at(-1)).toBe(`660 ops: ${opened}`);
  });

  // The stage begins on a Friday at 09:30.
  const quiet = { days: ['fri'], from: '09:00', to: '10:00' } as const;

  test('in quiet hours, but of danger; what still holds is told after them, together', () => {
    const stage = new RouteStage([{ ...ops, quiet }]);
    stage.alarm({ edge: 'a', severity: 'warning' }).alarm({ edge: 'b', severity: 'info' }).wait(minute);
    stage.alarm({ edge: 'c', severity: 'danger' }).alarm({ edge: 'b', active: false }).wait(minute);
    stage.alarm({ edge: 'd', severity: 'warning' }).wait(hour);
    expect(stage.arrived).toEqual([
      '60 ops: opened c/temperature_alert_high',
      '1800 ops: opened d/temperature_alert_high, opened a/temperature_alert_high',
    ]);
  });

  test('danger too, where the route says so; hours are local', () => {
    const zoneOffset = (): number => 120;
    const local = { ...quiet, from: '11:00', to: '12:00' };
    const stage = new RouteStage([{ ...ops, quiet: local, quietDanger: true }], { zoneOffset });
    stage
      .alarm()
      .restart(minute)
      .wait(28 * minute);
    expect(stage.arrived).toEqual([]);
    stage.wait(minute);
    expect(stage.arrived).toEqual([`1800 ops: ${opened}`]);
  });
});

describe('[TRT7] together', () => {
  test('the first three at once, what follows within seconds in one piece, the worst first', () => {
    const stage = new RouteStage([ops]);
    stage.storm(3, 'first-').wait(100);
    expect(stage.arrived.splice(0, 2).map((line) => line.split(' ')[0])).toEqual(['0', '0']);
    stage.alarm({ edge: 'x', severity: 'info' }).storm(20).wait(4_899);
    expect(stage.arrived).toHaveLength(1);
    stage.wait(1);
    const [, , , second] = stage.attempts;
    expect(second?.delivery.lines).toHaveLength(15);
    expect(second?.delivery.lines.every(({ alarm }) => alarm.severity === 'danger')).toBe(true);
    expect(second?.delivery.more).toHaveLength(6);
    expect(second?.delivery.more).toContain('x~temperature~temperature_alert_high');
    expect(headline(second?.delivery ?? exampleDelivery())).toMatch(/, and 20 more$/);
    expect(stage.history.at(-1)).toBe('notified 21: route ops: browsers');
  });

  test('while one is on its way nothing else is, and what ended meanwhile is not news', () => {
    const stage = new RouteStage([ops]);
    stage.answer = () => 'later';
    stage.alarm({ edge: 'a' }).wait(10_000).alarm({ edge: 'b' }).alarm({ edge: 'c' });
    stage.alarm({ edge: 'c', active: false }).alarm({ edge: 'a', active: false });
    expect(stage.attempts).toHaveLength(1);
    stage.answer = () => ({ ok: true });
    const [first] = stage.attempts;
    stage.step({ kind: 'attempted', delivery: first?.delivery.id ?? '', attempt: 1, result: { ok: true } });
    expect(stage.arrived).toEqual([
      '10 ops: opened b/temperature_alert_high, cleared a/temperature_alert_high',
    ]);
  });
});

test('[TRT11] a route that tells too often tells the rest together', () => {
  const stage = new RouteStage([{ ...ops, tellsEnd: false }], {
    gatherMs: 1,
    burst: 3,
    perDeliveryMs: 30_000,
  });
  for (let i = 0; i < 60; i++) stage.alarm({ edge: `e${i}` }).wait(1_000);
  stage.wait(hour);
  expect(stage.attempts.length).toBeLessThanOrEqual(3 + 3);
  expect(stage.attempts.flatMap(({ delivery }) => [...delivery.lines, ...delivery.more])).toHaveLength(60);
});

test('[TRT12] a route to a person waits until they come, and tells what holds then', () => {
  const stage = new RouteStage([{ name: 'ann', to: { kind: 'person', name: 'ann' } }]);
  stage.alarm({ edge: 'a' }).alarm({ edge: 'b' }).wait(hour).alarm({ edge: 'b', active: false });
  stage.step({ kind: 'person', name: 'ben', present: true });
  expect(stage.attempts).toEqual([]);
  stage.step({ kind: 'person', name: 'ann', present: true });
  expect(stage.arrived).toEqual(['3600 ann: opened a/temperature_alert_high']);
  stage.step({ kind: 'person', name: 'ann', present: false }).wait(minute).alarm({ edge: 'c' });
  expect(stage.arrived).toHaveLength(1);
});

test('[TRT15] of more than is remembered nothing is told, and that is', () => {
  const stage = new RouteStage([ops], { mostMarks: 10 });
  stage.storm(15).wait(minute);
  expect(stage.stored.marks).toHaveLength(10);
  expect(stage.history.filter((line) => line.includes('not told'))).toHaveLength(1);
  stage
    .alarm({ edge: 'edge-1', active: false })
    .wait(minute)
    .alarm({ edge: 'edge-15', value: 40 })
    .wait(minute);
  expect(stage.stored.marks.map(({ alarm }) => alarm)).toContain(
    'edge-15~temperature~temperature_alert_high',
  );
});

test('[TRT16] a line says what, where, how much and since when, and is one line', () => {
  const alarm = exampleAlarm({ unit: '°C\r\nBcc: eve' });
  expect(newsWords({ news: 'opened', alarm: exampleAlarm() })).toBe(
    '🔥 temperature of edge-1 is 34.2 °C, above 30 for 2 min',
  );
  const later = { ...exampleAlarm(), lastMs: exampleAlarm().openedMs + 10 * minute };
  expect(newsWords({ news: 'repeated', alarm: later })).toBe(
    '🔥 still, for 10 min: temperature of edge-1 is 34.2 °C, above 30 for 2 min',
  );
  const ended = { sentence: 'Cleared: temperature of edge-1 is 28, not above 30.', value: 28 };
  expect(newsWords({ news: 'cleared', alarm: exampleAlarm(ended) })).toBe(
    '✅ temperature_alert_high at edge-1: temperature of edge-1 is 28 °C, not above 30',
  );
  expect(newsWords({ news: 'acknowledged', alarm: exampleAlarm({ acknowledgedBy: 'ann' }) })).toBe(
    '👍 temperature_alert_high at edge-1: acknowledged by ann',
  );
  for (const news of ['opened', 'cleared'] as const) expect(newsWords({ news, alarm })).not.toMatch(/[\r\n]/);
  const trick = exampleAlarm({ sentence: 'Cleared: x · /ack other~alarm~here.' });
  expect(newsWords({ news: 'cleared', alarm: trick })).not.toContain('·');
  const text = deliveryText(exampleDelivery({ more: ['a', 'b'] }), true);
  expect(text.split('\n')).toEqual([
    '🔥 temperature of edge-1 is 34.2 °C, above 30 for 2 min · /ack edge-1~temperature~temperature_alert_high',
    'and 2 more',
  ]);
  // Somebody has it already.
  const [line] = exampleDelivery().lines;
  const taken = line === undefined ? [] : [{ ...line, alarm: { ...line.alarm, acknowledged: true } }];
  expect(deliveryText(exampleDelivery({ lines: taken }), true)).not.toContain('/ack');
});

test('a configuration out of its range throws', () => {
  expect(() => new RoutesCore({ gatherMs: 0 }, undefined, { next: () => 0, below: () => 0 })).toThrow(
    RangeError,
  );
});
