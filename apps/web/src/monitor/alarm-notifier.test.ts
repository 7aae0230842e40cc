import type { Alarm, AlarmChanged } from '@bothy/wire';
import { expect, it } from 'vitest';
import { AlarmNotifier, type NotificationLeave } from './alarm-notifier.ts';

const alarm = {
  id: 'edge-1~temperature~temperature_alert_high',
  edge: 'edge-1',
  sensor: 'temperature',
  rule: 'temperature_alert_high',
} as Alarm;
const change = (id: string): AlarmChanged => ({ alarm, notify: { id, route: 'all', text: 'It is 31 °C.' } });

function stage(wishes: { on: boolean; sound: boolean }, leave: NotificationLeave = 'granted') {
  const shown: { title: string; body: string; tag: string; silent: boolean }[] = [];
  const notifier = new AlarmNotifier({
    leave: () => leave,
    ask: async () => leave,
    show: (each) => shown.push(each),
    wants: () => wishes,
    setWants: () => {},
  });
  return { notifier, shown };
}

it('shows what a route has it show, once, with one tag for each alarm and without a sound', () => {
  const { notifier, shown } = stage({ on: true, sound: false });
  for (const id of ['a', 'a', 'b']) notifier.heard(change(id));
  expect(shown).toHaveLength(2);
  expect(shown[0]).toMatchObject({
    title: 'Temperature is too high · edge-1',
    body: 'It is 31 °C.',
    tag: `bothy-alarm-${alarm.id}`,
    silent: true,
  });
});

it('shows nothing of what no route says, without leave, or where it is not wanted', () => {
  const on = { on: true, sound: true };
  const quiet = [stage(on, 'default'), stage(on, 'denied'), stage({ on: false, sound: false })];
  for (const { notifier, shown } of quiet) {
    notifier.heard(change('a'));
    expect(shown).toEqual([]);
  }
  const { notifier, shown } = stage(on);
  notifier.heard({ alarm });
  expect(shown).toEqual([]);
  notifier.heard(change('a'));
  expect(shown[0]?.silent).toBe(false);
});
