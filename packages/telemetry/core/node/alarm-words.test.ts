/** Alarms of edges that came to a node while it was off, or of which the home before speaks late. */
import type { Alarm, EdgeAlarms } from '@bothy/wire';
import { expect, test } from 'vitest';
import { exampleAlarm } from '../testing/example-alarm.ts';
import { NodeDesk } from '../testing/node-desk.ts';

const hot = 'temperature_alert_high danger: temperature > 30 clear below 29';

function alarm(more: Partial<Alarm> = {}): Alarm {
  const rule = 'temperature_alert_high';
  const state = { active: true, acknowledged: false, openedMs: 1, count: 1, version: 7, home: 'n2' };
  return exampleAlarm({ id: `far~temperature~${rule}`, edge: 'far', rule, notes: [], ...state, ...more });
}

/** A node that starts, and is told then that the edge is its own by now. */
function givenWhileOff(epoch = 2): NodeDesk {
  const desk = new NodeDesk([hot]);
  return desk.give({ kind: 'claim', home: { v: 1, edge: 'far', home: 'n1', epoch, claimedMs: 5 } });
}

function says(desk: NodeDesk, home: string, epoch: number, ...alarms: readonly Alarm[]): NodeDesk {
  return desk.give({ kind: 'alarmsHeard', alarms: { v: 1, edge: 'far', home, epoch, alarms } });
}

const isLost = (desk: NodeDesk, to = 'n3', epoch = 3): NodeDesk =>
  desk.give({ kind: 'claim', home: { v: 1, edge: 'far', home: to, epoch, claimedMs: 5 } });

const saidOf = (desk: NodeDesk): readonly EdgeAlarms[] =>
  desk
    .take('publish')
    .filter(({ topic }) => topic.endsWith('/alarms'))
    .map(({ payload }) => JSON.parse(payload) as EdgeAlarms);

const shown = (desk: NodeDesk): readonly string[] =>
  desk.alarms.all().map(({ active, acknowledged, version }) => `${active} ${acknowledged} ${version}`);

test('[TN10] a node that was off adopts what is said after its start, and its rules end it', () => {
  const desk = givenWhileOff();
  says(desk.wait(4_000), 'n2', 1, alarm({ acknowledged: true, acknowledgedBy: 'ann' }));
  expect(desk.alarms.openOf('far')).toMatchObject([{ active: true, acknowledgedBy: 'ann', home: 'n1' }]);
  // It is the newest that there can be, so nothing is waited for.
  expect(saidOf(desk.wait(100))).toMatchObject([{ home: 'n1', epoch: 2, alarms: [{ version: 8 }] }]);
  desk.read('far', 'temperature', 20);
  expect(shown(desk)).toEqual(['false true 9']);
  expect(desk.wait(20_000).take('unadopted')).toEqual([]);
});

test('[TN10] until then it says nothing on the topic, so that the brokers keep what was said there', () => {
  const desk = givenWhileOff().read('far', 'temperature', 31);
  expect(saidOf(desk.wait(9_000))).toEqual([]);
  expect(saidOf(desk.wait(2_000))).toMatchObject([{ home: 'n1', epoch: 2, alarms: [{ version: 1 }] }]);
  // Its first home has nobody to wait for, and neither has who said it before this start.
  const first = givenWhileOff(1).read('far', 'temperature', 31);
  expect(saidOf(first.wait(100))).toHaveLength(1);
  const again = says(givenWhileOff(), 'n1', 2).read('far', 'temperature', 31);
  expect(saidOf(again.wait(100))).toHaveLength(1);
});

test('[TN10] that nobody has said anything is told once; that there was none is a word, too', () => {
  const desk = givenWhileOff();
  expect(desk.wait(9_000).take('unadopted')).toEqual([]);
  expect(desk.wait(60_000).take('unadopted')).toEqual([{ kind: 'unadopted', edges: ['far'] }]);
  expect(says(givenWhileOff(), 'n2', 1).wait(60_000).take('unadopted')).toEqual([]);
  // Who was there when it got the edge has heard what there was.
  const there = new NodeDesk([hot]).wait(11_000);
  there.give({ kind: 'claim', home: { v: 1, edge: 'far', home: 'n1', epoch: 2, claimedMs: 5 } });
  expect(there.wait(60_000).take('unadopted')).toEqual([]);
});

test('[TN10] the newest word is adopted, however old the one was that came first, and however late it comes', () => {
  const desk = says(givenWhileOff(5), 'n2', 2, alarm({ version: 3 }));
  expect(shown(desk)).toEqual(['true false 4']);
  // One of a later home may still come: nothing is said meanwhile.
  expect(saidOf(desk.wait(1_000))).toEqual([]);
  says(desk.wait(60_000), 'n3', 4, alarm({ acknowledged: true, version: 9 }));
  expect(shown(desk)).toEqual(['true true 10']);
  // A home of before, back from the dead: its word is put right on the broker, and nothing else.
  desk.wait(1_000).take('publish');
  says(desk, 'n2', 2, alarm({ id: 'far~temperature~wet', rule: 'wet', version: 90 }));
  expect(desk.alarms.all()).toHaveLength(1);
  expect(saidOf(desk.wait(1_000))).toMatchObject([{ home: 'n1', epoch: 5 }]);
});

test('[TN7, TN10] who is home no longer says what it has, and shows it until another one speaks', () => {
  const desk = says(givenWhileOff(), 'n2', 1, alarm()).wait(1_000);
  desk.take('publish');
  isLost(desk);
  expect(saidOf(desk)).toMatchObject([{ home: 'n1', epoch: 2, alarms: [{ active: true, version: 8 }] }]);
  expect(desk.alarms.all()).toEqual([]);
  expect(desk.take('alarmChanged').at(-1)?.alarm).toMatchObject({ home: 'n1', version: 8 });
  // The one that it went to never ran: it comes back, and so does what is known of it.
  desk.give({ kind: 'move', id: 'm', edge: 'far', to: 'n1' });
  expect(desk.alarms.openOf('far')).toMatchObject([{ active: true, version: 9 }]);
  desk.read('far', 'temperature', 20);
  expect(desk.alarms.openOf('far')).toMatchObject([{ active: false }]);
});

test('[TN10] after a restart its own last word is heard, and adopted with the edge', () => {
  const desk = isLost(new NodeDesk([hot]), 'n3', 3);
  says(desk, 'n1', 2, alarm({ home: 'n1', version: 8 }));
  expect(desk.take('alarmChanged').map((each) => each.alarm.version)).toEqual([8]);
  desk.give({ kind: 'move', id: 'm', edge: 'far', to: 'n1' });
  expect(shown(desk)).toEqual(['true false 9']);
  // Of an edge that was taken out it is of before.
  const other = says(new NodeDesk([hot]), 'n1', 2, alarm({ home: 'n1' }));
  expect(other.take('alarmChanged')).toEqual([]);
});

test('[TN10] who was home for a moment says no more than it took over, and not that it is the latest', () => {
  const desk = says(new NodeDesk([hot]), 'n2', 1, alarm());
  desk.give({ kind: 'claim', home: { v: 1, edge: 'far', home: 'n1', epoch: 4, claimedMs: 5 } });
  desk.take('publish');
  isLost(desk, 'n3', 5);
  expect(saidOf(desk)).toMatchObject([{ home: 'n1', epoch: 1, alarms: [{ version: 8 }] }]);
  const empty = givenWhileOff(4);
  empty.take('publish');
  expect(saidOf(isLost(empty, 'n3', 5))).toEqual([]);
  // Once it has waited, what it has is what there is.
  const late = givenWhileOff(4).wait(11_000).read('far', 'temperature', 31);
  late.take('publish');
  expect(saidOf(isLost(late, 'n3', 5))).toMatchObject([{ home: 'n1', epoch: 4 }]);
});

test('[TN7] what changed just before is in the last word, also that nothing is open any more', () => {
  const desk = says(givenWhileOff(), 'n2', 1, alarm({ acknowledged: true })).wait(1_000);
  desk.read('far', 'temperature', 20).take('publish');
  isLost(desk);
  expect(saidOf(desk)).toMatchObject([{ home: 'n1', epoch: 2, alarms: [] }]);
});

test('[TN10] what a later home says before it is known to be one is shown as soon as it is', () => {
  const desk = says(givenWhileOff(), 'n2', 1, alarm()).wait(1_000);
  says(desk, 'n3', 3, alarm({ home: 'n3', version: 12 })).take('alarmChanged');
  expect(shown(desk)).toEqual(['true false 8']);
  isLost(desk);
  expect(desk.take('alarmChanged').map((each) => each.alarm.version)).toEqual([12]);
});

test('[TN7] of two nodes that claimed an edge at once the one whose claim does not hold has no last word, and shows what the other says', () => {
  const desk = new NodeDesk([hot]).read('far', 'temperature', 31).wait(200);
  expect(saidOf(desk)).toMatchObject([{ home: 'n1', epoch: 1 }]);
  says(desk, 'n2', 1, alarm({ version: 1 })).take('publish');
  desk.give({ kind: 'claim', home: { v: 1, edge: 'far', home: 'n2', epoch: 1, claimedMs: 5 } });
  expect(desk.take('alarmChanged').at(-1)?.alarm).toMatchObject({ home: 'n2', version: 1 });
  expect(saidOf(desk.wait(1_000))).toEqual([]);
});

test('[TN7] the one whose claim holds has the last word on the broker, and does not argue for ever', () => {
  const desk = new NodeDesk([hot]).read('far', 'temperature', 31).wait(200);
  desk.take('publish');
  says(desk, 'n2', 1, alarm({ version: 1 }));
  expect(saidOf(desk.wait(200))).toMatchObject([{ home: 'n1', epoch: 1 }]);
  expect(desk.foreign.all()).toHaveLength(1);
  says(desk, 'n1', 1, alarm({ home: 'n1' }));
  expect(desk.foreign.all()).toEqual([]);
  for (let word = 0; word < 9; word += 1) says(desk, 'n2', 1, alarm({ version: 1 })).wait(200);
  expect(saidOf(desk)).toHaveLength(2);
});

test('[TN11] what was found meanwhile stays as it is here; who acknowledged it at the other home is not asked again', () => {
  const note = { atMs: 2, by: 'ann', text: 'on my way' };
  const seen = alarm({ acknowledged: true, acknowledgedBy: 'ann', notes: [note] });
  const active = givenWhileOff().read('far', 'temperature', 33);
  says(active, 'n2', 1, seen);
  const [known] = active.alarms.openOf('far');
  expect(known).toMatchObject({ active: true, acknowledgedBy: 'ann', openedMs: 1, notes: [note], value: 33 });
  // It comes twice, as what is said may, and changes nothing.
  says(active, 'n2', 1, seen);
  expect(active.alarms.openOf('far')).toEqual([known]);
  // Fired, and over again, before that word came: it does not come back to life.
  const ended = givenWhileOff().read('far', 'temperature', 33).wait(1_000).read('far', 'temperature', 20);
  says(ended, 'n2', 1, alarm());
  expect(shown(ended)).toEqual(['false false 8']);
  ended.wait(1_000).read('far', 'temperature', 33);
  expect(ended.alarms.openOf('far')).toMatchObject([{ active: true, acknowledged: false }]);
  // A spell that began here was seen by nobody there.
  says(ended, 'n2', 1, seen);
  expect(ended.alarms.openOf('far')).toMatchObject([{ active: true, acknowledged: false, notes: [note] }]);
});

test('[TN10, TI8] of an edge that judges itself the next status ends what was adopted late', () => {
  const desk = givenWhileOff();
  const cleared = { boot: 3, seq: 4, sensor: 'temperature' };
  desk.status({ node: 'far', boot: 3 }).event('far', 'temperature_alert_high', false, cleared);
  says(desk, 'n2', 1, alarm());
  expect(shown(desk)).toEqual(['true false 8']);
  desk.status({ node: 'far', boot: 3, events: 4, firing: [] });
  expect(shown(desk)).toEqual(['false false 9']);
});

test('[TN10, TAL9] an edge that came back before its absence was heard of is not away', () => {
  const desk = givenWhileOff().status({ node: 'far' });
  const away = { id: 'far~edge~edge_offline', sensor: 'edge', rule: 'edge_offline' };
  says(desk, 'n2', 1, alarm(away));
  expect(shown(desk)).toEqual(['false false 9']);
});
