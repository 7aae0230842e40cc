/** An alarm, and a delivery that tells of it, for tests. */
import { type Alarm, alarmId } from '@bothy/wire';
import type { Delivery } from '../routes/records.ts';
import { startWallMs } from './engine-desk.ts';

export function exampleAlarm(change: Partial<Alarm> = {}): Alarm {
  const { edge = 'edge-1', sensor = 'temperature', rule = 'temperature_alert_high' } = change;
  return {
    id: alarmId(edge, sensor, rule),
    edge,
    sensor,
    rule,
    severity: 'danger',
    active: true,
    acknowledged: false,
    openedMs: startWallMs,
    lastMs: startWallMs,
    count: 1,
    value: 34.2,
    unit: '°C',
    sentence: `Fires, after 2 min of it: ${sensor} of ${edge} is 34.2, above 30.`,
    notes: [],
    home: 'hut',
    version: 1,
    ...change,
  };
}

export function exampleDelivery(change: Partial<Delivery> = {}): Delivery {
  return {
    id: 'abcdefghijklmnopqrstuvwxyz',
    route: 'ops',
    to: { kind: 'browser' },
    madeMs: startWallMs,
    lines: [{ news: 'opened', alarm: exampleAlarm() }],
    more: [],
    failures: 0,
    ...change,
  };
}
