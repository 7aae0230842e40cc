import type { Alarm, EdgeAlarms, EdgeHome } from '@bothy/wire';
import { expect, test } from 'vitest';
import { NodeDesk, startWallMs } from '../testing/node-desk.ts';

const hot = 'temperature_alert_high danger: temperature > 30 clear below 29';

function claim(edge: string, home: string, epoch = 1): { readonly kind: 'claim'; readonly home: EdgeHome } {
  return { kind: 'claim', home: { v: 1, edge, home, epoch, claimedMs: 5 } };
}

function alarm(edge: string, more: Partial<Alarm> = {}): Alarm {
  return {
    ...{ id: `${edge}~temperature~temperature_alert_high`, edge, sensor: 'temperature' },
    ...{ rule: 'temperature_alert_high', severity: 'danger', active: true, acknowledged: false },
    ...{ openedMs: 1, lastMs: 1, count: 1, value: 31, sentence: 'Hot.', notes: [], home: 'n2', version: 1 },
    ...more,
  };
}

const saidAlarms = (desk: NodeDesk): readonly EdgeAlarms[] =>
  desk
    .take('publish')
    .filter(({ topic }) => topic.endsWith('/alarms'))
    .map(({ payload, retain }) => {
      expect(retain).toBe(true);
      return JSON.parse(payload) as EdgeAlarms;
    });

test('[TN1] what edges of this node say is stored, and of other nodes’ edges shown', () => {
  const desk = new NodeDesk();
  desk.give(claim('far', 'n2'));
  desk
    .read('near', 'temperature', 20)
    .read('far', 'temperature', 21, {}, false)
    .read('far', 'temperature', 22);
  desk.status({ node: 'far' }, false);
  expect(desk.stored()).toEqual(['near/temperature 20']);
  expect(
    desk.take('accepted').flatMap(({ readings }) => readings.map(({ reading }) => reading.value)),
  ).toEqual([20]);
  expect(desk.take('foreign').flatMap(({ readings }) => readings.map(({ value }) => value))).toEqual([
    21, 22,
  ]);
  expect(desk.take('foreignStatus').map(({ status }) => status.node)).toEqual(['far']);
  // Nobody is known to be the home of who comes over a bridge: its claim will come too.
  desk.read('farther', 'temperature', 23, {}, false);
  expect([desk.stored(), desk.home.homeOf('farther')]).toEqual([[], undefined]);
  // Once it is somebody else's, nothing of it is stored here any more.
  desk.give(claim('near', 'n2', 2)).read('near', 'temperature', 24);
  expect(desk.stored()).toEqual([]);
});

test('[TN2] what is said before the home is decided is stored, or shown, when it is', () => {
  const desk = new NodeDesk([], 3_000);
  desk
    .read('near', 'temperature', 20)
    .read('far', 'temperature', 21)
    .event('near', 'temperature_alert_high', true);
  desk.wait(1_000).read('near', 'temperature', 22);
  expect([desk.stored(), desk.take('accepted'), desk.take('foreign')]).toEqual([[], [], []]);
  desk.give(claim('far', 'n2'));
  expect(desk.take('foreign').flatMap(({ readings }) => readings.map(({ value }) => value))).toEqual([21]);
  desk.wait(3_000);
  expect(desk.stored()).toEqual(['near/temperature 20', 'near/temperature 22']);
  expect(desk.alarms.open()).toHaveLength(1);
});

test('[TN2] what has waited for long is late, and raises nothing', () => {
  const desk = new NodeDesk([hot], 10_000);
  desk.read('near', 'temperature', 40).event('near', 'humidity_alert_high', true).status({ node: 'near' });
  desk.wait(9_000).read('near', 'temperature', 41).wait(1_000);
  expect(desk.stored()).toEqual(['near/temperature 40', 'near/temperature 41']);
  const accepted = desk.take('accepted').flatMap(({ readings }) => readings);
  expect(accepted.map(({ reading, isLate }) => [reading.value, isLate])).toEqual([
    [40, true],
    [41, false],
  ]);
  // The rule of the node takes the new one for what it is, and the event of then is nothing now.
  expect(desk.alarms.open().map(({ rule }) => rule)).toEqual(['temperature_alert_high']);
});

test('[TN2] what waits is bounded: who waited longest is let go', () => {
  const desk = new NodeDesk([], 3_000);
  desk.read('first', 'temperature', 1);
  for (let n = 0; n < 5_000; n += 1) desk.read(`e${n % 900}`, 'temperature', n);
  desk.wait(4_000);
  const stored = desk.stored();
  expect(stored).toHaveLength(5_000);
  expect(stored.some((each) => each.startsWith('first/'))).toBe(false);
});

test('[TN3] devices are judged by the rules of the node, edges by those that name them', () => {
  const named = 'barn_hot danger: edge-1/temperature > 25';
  const desk = new NodeDesk([hot, named]);
  desk.read('device', 'temperature', 40);
  const ours = { boot: 1, seq: 1 };
  desk.status({ node: 'edge-1' }).read('edge-1', 'temperature', 40, ours);
  expect(desk.alarms.open().map(({ id }) => id)).toEqual([
    'device~temperature~temperature_alert_high',
    'edge-1~temperature~barn_hot',
  ]);
});

test('[TN4] a late reading is judged by nothing', () => {
  const desk = new NodeDesk([hot, 'barn_hot danger: edge-1/temperature > 25']);
  desk.status({ node: 'edge-1' }).read('edge-1', 'temperature', 40, { boot: 1, seq: 1, hist: true });
  desk.read('device', 'temperature', 20).read('device', 'temperature', 40, { stampMs: startWallMs - 60_000 });
  expect(desk.stored()).toHaveLength(3);
  expect(desk.alarms.all()).toEqual([]);
});

test('[TN5] an alarm opens by an event of a rule of this node, which is published once', () => {
  const desk = new NodeDesk([hot]);
  desk.read('device', 'temperature', 31);
  const events = desk.take('publish').filter(({ topic }) => topic.startsWith('env/event/'));
  expect(events.map(({ topic, retain }) => [topic, retain])).toEqual([
    ['env/event/temperature_alert_high', false],
  ]);
  const payload = JSON.parse(events[0]?.payload ?? '') as Record<string, unknown>;
  expect(payload).toMatchObject({ node: 'device', sensor: 'temperature', value: 31, event: true, by: 'n1' });
  expect(desk.take('alarmChanged')).toHaveLength(1);
  // It hears itself; and another node that hears it leaves it alone.
  desk.event('device', 'temperature_alert_high', true, { extra: { by: 'n1' } });
  const other = new NodeDesk([hot]);
  other.event('device', 'temperature_alert_high', true, { extra: { by: 'n1' } });
  expect([desk.take('alarmChanged'), other.alarms.all()]).toEqual([[], []]);
  desk.wait(1_000).read('device', 'temperature', 20);
  expect(desk.take('alarmChanged')[0]?.alarm).toMatchObject({ active: false });
});

test('[TN6] the open alarms of an edge are said together, and are over when they are not said', () => {
  const desk = new NodeDesk([hot]);
  desk.read('device', 'temperature', 31).wait(50);
  expect(saidAlarms(desk)).toEqual([]);
  desk.wait(100);
  const [said] = saidAlarms(desk);
  expect(said).toMatchObject({
    v: 1,
    edge: 'device',
    home: 'n1',
    alarms: [{ rule: 'temperature_alert_high' }],
  });
  const other = new NodeDesk([], 0, 'n2');
  if (said === undefined) throw new Error('nothing was said');
  other.give(claim('device', 'n1')).give({ kind: 'alarmsHeard', alarms: said });
  expect(other.take('alarmChanged').map((each) => each.alarm.active)).toEqual([true]);
  other.give({ kind: 'alarmsHeard', alarms: said });
  expect(other.take('alarmChanged')).toEqual([]);
  other.give({ kind: 'alarmsHeard', alarms: { ...said, alarms: [] } });
  expect(other.take('alarmChanged').map((each) => [each.alarm.active, each.alarm.acknowledged])).toEqual([
    [false, true],
  ]);
});

test('[TN6] of more alarms than a message holds the worst and newest are said', () => {
  const desk = new NodeDesk();
  const note = { atMs: 1, by: 'ann', text: 'x'.repeat(900) };
  for (let n = 0; n < 300; n += 1) {
    const severity = n === 150 ? 'danger' : 'info';
    desk.event('edge-1', `rule_${n}`, true, {
      boot: 1,
      seq: n + 1,
      extra: { severity, sentence: 'y'.repeat(250) },
    });
  }
  for (const { id } of desk.alarms.open()) {
    desk.give({ kind: 'alarmCommand', id, alarm: id, by: 'ann', command: { name: 'note', text: note.text } });
  }
  desk.wait(1_000);
  const [said] = desk
    .take('publish')
    .filter(({ topic }) => topic.endsWith('/alarms'))
    .slice(-1);
  expect(Buffer.byteLength(said?.payload ?? '')).toBeLessThan(65_536);
  const { alarms } = JSON.parse(said?.payload ?? '') as EdgeAlarms;
  expect(alarms.length).toBeGreaterThan(50);
  expect(alarms[0]?.rule).toBe('rule_150');
});

test('[TN7] a new home adopts the alarms that were said, and the old one lets them go', () => {
  const desk = new NodeDesk();
  desk.give(claim('far', 'n2'));
  const alarms = [alarm('far', { acknowledged: true, acknowledgedBy: 'ann', version: 7 })];
  desk.give({ kind: 'alarmsHeard', alarms: { v: 1, edge: 'far', home: 'n2', alarms } });
  desk.give({ kind: 'move', id: 'm', edge: 'far', to: 'n1' });
  expect(desk.take('moveAnswer')[0]?.result).toMatchObject({ ok: true, home: { home: 'n1', epoch: 2 } });
  expect(desk.alarms.open()).toMatchObject([{ edge: 'far', acknowledgedBy: 'ann', home: 'n1' }]);
  expect(desk.take('edgeChanged').map(({ edge }) => edge)).toContain('far');
  desk.give(claim('far', 'n3', 3));
  expect(desk.alarms.all()).toEqual([]);
});

test('[TN7] what fires at the old home is ended by a reading at the new one, and fires there again', () => {
  const desk = new NodeDesk([hot]);
  const isActive = (): boolean | undefined => desk.alarms.openOf('far')[0]?.active;
  const heard = (home: string): void => {
    desk.give({ kind: 'alarmsHeard', alarms: { v: 1, edge: 'far', home, alarms: [alarm('far', {})] } });
  };
  desk.give(claim('far', 'n2'));
  heard('n2');
  desk.give({ kind: 'move', id: 'm', edge: 'far', to: 'n1' });
  expect(isActive()).toBe(true);
  expect(desk.read('far', 'temperature', 20) && isActive()).toBe(false);
  desk.wait(1_000).read('far', 'temperature', 35);
  expect(isActive()).toBe(true);
  // It goes away and comes back calm: what fired here before is no reason to say nothing.
  desk.give(claim('far', 'n3', 3));
  desk.give({ kind: 'alarmsHeard', alarms: { v: 1, edge: 'far', home: 'n3', epoch: 3, alarms: [] } });
  desk.give({ kind: 'move', id: 'o', edge: 'far', to: 'n1' });
  expect(isActive()).toBe(undefined);
  desk.wait(1_000).read('far', 'temperature', 36);
  expect(isActive()).toBe(true);
});

test('[TN7] an edge that judges itself is not judged by what its alarms were at the old home', () => {
  const desk = new NodeDesk([hot]);
  desk.give(claim('far', 'n2'));
  const alarms = [alarm('far', {})];
  desk.give({ kind: 'alarmsHeard', alarms: { v: 1, edge: 'far', home: 'n2', alarms } });
  desk.give({ kind: 'move', id: 'm', edge: 'far', to: 'n1' });
  desk.status({ node: 'far' }).read('far', 'temperature', 20, { boot: 1, seq: 1 });
  expect(desk.alarms.openOf('far')).toMatchObject([{ active: true }]);
  desk.give({ kind: 'rules', rules: [] });
  expect(desk.alarms.openOf('far')).toMatchObject([{ active: true }]);
});

test('[TN8] an edge that is taken out is known to nobody, until it is heard again', () => {
  const desk = new NodeDesk([hot]);
  desk.read('device', 'temperature', 31);
  desk.give({ kind: 'forgetEdge', edge: 'device', by: 'ann' });
  expect(desk.take('edgeGone')).toHaveLength(1);
  expect([desk.ingest.edge('device'), desk.home.homeOf('device')]).toEqual([undefined, undefined]);
  expect(desk.alarms.open()).toEqual([]);
  const said = new Map(desk.take('publish').map(({ topic, payload }) => [topic, payload]));
  // The broker keeps nothing of it either.
  for (const topic of ['home', 'status', 'alarms', 'control'])
    expect(said.get(`edge/device/${topic}`)).toBe('');
  const other = new NodeDesk([], 0, 'n2');
  other.give(claim('device', 'n1')).read('device', 'temperature', 31, {}, false).take('edgeGone');
  other.give({ kind: 'claimGone', edge: 'device' });
  expect(other.take('edgeGone')).toHaveLength(1);
  desk.wait(1_000).read('device', 'temperature', 20);
  expect(desk.ingest.edge('device')?.counts.stored).toBe(1);
});

test('[TN9] timers and writes come back to the core that named them', () => {
  const desk = new NodeDesk(['silent danger: temperature stale after 30s']);
  desk.read('device', 'temperature', 20).wait(31_000);
  expect(desk.alarms.open().map(({ rule }) => rule)).toEqual(['silent']);
  const status = { node: 'edge-1', boot: 3, boots: [{ boot: 3, last: { light: 1 } }] };
  desk.status(status).read('edge-1', 'light', 5, { boot: 3, seq: 1 }).status(status).wait(1_000);
  const told = desk.take('publish').filter(({ topic }) => topic === 'edge/edge-1/control');
  expect(told.map(({ payload }) => payload).join('')).toContain('"storedUpTo"');
  expect(() => desk.give({ kind: 'timer', key: 'nobody x' })).toThrow('no core');
});

test('[TI15, TLE8] a device whose clock is set back by an hour raises its alarm after a few readings, and ends it', () => {
  const desk = new NodeDesk(['temperature_alert_high danger: temperature > 30 clear below 29']);
  const stamped = (value: number, aheadMs: number): void => {
    desk.wait(1_000).read('far', 'temperature', value, { stampMs: startWallMs + desk.nowMs + aheadMs });
  };
  for (let each = 0; each < 3; each += 1) stamped(20, 3_600_000);
  for (let each = 0; each < 6; each += 1) stamped(31, 0);
  expect(desk.alarms.openOf('far')).toMatchObject([{ active: true }]);
  // And set right again, forward.
  stamped(20, 3_600_000);
  expect(desk.alarms.openOf('far')).toMatchObject([{ active: false }]);
});
