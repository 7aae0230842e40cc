import type { Alarm, LiveSensor, TelemetrySnapshot } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { liveViewOf, withAlarm, withTick } from './live-view.ts';

const sensor: LiveSensor = {
  edge: 'edge-1',
  sensor: 'temperature',
  unit: '°C',
  value: 21,
  stampMs: 1_000,
  heardMs: 1_010,
  state: 'ok',
  recent: [[1_000, 21]],
};
const alarm: Alarm = {
  id: 'edge-1~temperature~hot',
  edge: 'edge-1',
  sensor: 'temperature',
  rule: 'hot',
  severity: 'danger',
  active: true,
  acknowledged: false,
  openedMs: 1_000,
  lastMs: 1_000,
  count: 1,
  value: 31,
  sentence: '',
  notes: [],
  home: 'n1',
  version: 2,
};
const figures = {
  readingsPerSecond: 1,
  eventsPerMinute: 0,
  tickDelayMs: 2,
  edgeDelayP50Ms: null,
  edgeDelayP99Ms: null,
};
const snapshot: TelemetrySnapshot = {
  node: 'n1',
  atMs: 1_100,
  sensors: [sensor],
  edges: [],
  alarms: [alarm],
  figures,
};
const view = liveViewOf(snapshot);
const key = 'edge-1/temperature';

describe('what a dashboard knows', () => {
  test('[TV1] readings of a tick are the latest value, and go on the sparkline in the order of their stamps', () => {
    const after = withTick(view, {
      atMs: 1_400,
      readings: [
        ['edge-1', 'temperature', 1_300, 23],
        ['edge-1', 'temperature', 1_200, 22],
      ],
    });
    expect(after.sensors.get(key)).toMatchObject({ value: 23, stampMs: 1_300, heardMs: 1_400 });
    expect(after.sensors.get(key)?.recent).toEqual([
      [1_000, 21],
      [1_200, 22],
      [1_300, 23],
    ]);
    expect(view.sensors.get(key)?.recent).toHaveLength(1);
  });

  test('[TV1] a reading that a whole sensor of the same tick has already is not there twice', () => {
    const told = { ...sensor, recent: [[1_000, 21] as const, [1_200, 22] as const], value: 22 };
    const after = withTick(view, {
      atMs: 1_400,
      readings: [['edge-1', 'temperature', 1_200, 22]],
      sensors: [told],
    });
    expect(after.sensors.get(key)?.recent).toHaveLength(2);
  });

  test('[TV1] keeps no more than a sparkline needs, however long it runs', () => {
    let current = view;
    for (let at = 0; at < 500; at += 1) {
      current = withTick(current, { atMs: at, readings: [['edge-1', 'temperature', 2_000 + at, at]] });
    }
    expect(current.sensors.get(key)?.recent).toHaveLength(60);
    expect(current.sensors.get(key)?.value).toBe(499);
  });

  test('[TV1] a sensor that went is gone, and one that nobody told of is not made up', () => {
    const after = withTick(view, {
      atMs: 2_000,
      readings: [['edge-9', 'light', 1_900, 1]],
      gone: [key],
    });
    expect([...after.sensors.keys()]).toEqual([]);
  });

  test('[TV1] what nothing was said of stays the same object, for pages compare by it', () => {
    const after = withTick(view, { atMs: 2_000, readings: [] });
    expect(after.sensors).toBe(view.sensors);
    expect(after.edges).toBe(view.edges);
    expect(after.figures).toBe(view.figures);
  });

  test('[TV2] the later version of an alarm holds, in whichever order they come', () => {
    const later = { ...alarm, acknowledged: true, version: 3 };
    expect(withAlarm(view, later).alarms.get(alarm.id)).toEqual(later);
    expect(withAlarm(withAlarm(view, later), alarm).alarms.get(alarm.id)).toEqual(later);
  });
});
