import type { Alarm } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import {
  alarmsInOrder,
  alarmTitle,
  entryWords,
  isNews,
  standingOf,
  standingWords,
  waitingAlarms,
} from './alarm-list.ts';

const nowMs = 10_000_000;
function alarm(rule: string, change: Partial<Alarm> = {}): Alarm {
  return {
    id: `edge-1~temperature~${rule}`,
    edge: 'edge-1',
    sensor: 'temperature',
    rule,
    severity: 'warning',
    active: true,
    acknowledged: false,
    openedMs: nowMs - 60_000,
    lastMs: nowMs - 60_000,
    count: 1,
    value: 31,
    sentence: '',
    notes: [],
    home: 'n1',
    version: 1,
    ...change,
  };
}

const closed = alarm('closed', { active: false, acknowledged: true, clearedMs: nowMs - 1_000 });
const shelved = alarm('shelved', { shelvedUntilMs: nowMs + 600_000 });
const over = alarm('over', { active: false, clearedMs: nowMs - 5_000 });
const seen = alarm('seen', { acknowledged: true, acknowledgedBy: 'ada', severity: 'danger' });
const fresh = alarm('fresh');
const older = alarm('older', { openedMs: nowMs - 90_000 });
const worst = alarm('worst', { severity: 'danger', openedMs: nowMs - 500_000 });

describe('alarms', () => {
  test('[TV8] stand as they are: active or not, seen or not, shelved for a time', () => {
    expect([closed, shelved, over, seen, fresh].map((each) => standingOf(each, nowMs))).toEqual([
      'closed',
      'shelved',
      'over',
      'seen',
      'new',
    ]);
    expect(standingOf(shelved, nowMs + 600_000)).toBe('new');
  });

  test('[TV8] who wants attention most stands first', () => {
    const order = alarmsInOrder([closed, shelved, over, seen, older, fresh, worst], nowMs);
    expect(order.map(({ rule }) => rule)).toEqual([
      'worst',
      'fresh',
      'older',
      'over',
      'seen',
      'shelved',
      'closed',
    ]);
  });

  test('[TV8] the badge counts what nobody has seen and what may speak', () => {
    expect(waitingAlarms([closed, shelved, over, seen, fresh, worst], nowMs)).toHaveLength(2);
  });

  test('[TV9] a browser tells of one that has just begun, once, and of none below what it was asked for', () => {
    expect(isNews(undefined, fresh, 'warning', nowMs)).toBe(true);
    expect(isNews(fresh, { ...fresh, value: 32, version: 2 }, 'warning', nowMs)).toBe(false);
    expect(isNews(over, { ...over, active: true, count: 2 }, 'warning', nowMs)).toBe(true);
    expect(isNews(undefined, fresh, 'danger', nowMs)).toBe(false);
    expect(isNews(undefined, shelved, 'info', nowMs)).toBe(false);
    expect(isNews(undefined, seen, 'info', nowMs)).toBe(false);
  });

  test('[TV8] are called by what is wrong, or by the name that somebody gave', () => {
    const title = (sensor: string, rule: string) => alarmTitle({ sensor, rule });
    expect(title('temperature', 'temperature_alert_high')).toBe('Temperature is too high');
    expect(title('light', 'light_low')).toBe('Light is too low');
    expect(title('airquality', 'airquality_warning')).toBe('Air quality is poor');
    expect(title('temperature', 'north_bed_frost')).toBe('North bed frost');
    expect(title('light', 'humidity_alert_high')).toBe('Humidity alert high');
  });

  test('[TV8] say in one line how they stand', () => {
    expect(standingWords(fresh, nowMs)).toBe('For 1 min, seen by nobody');
    expect(standingWords(seen, nowMs)).toBe('For 1 min, acknowledged by ada');
    expect(standingWords(over, nowMs)).toBe('Ended 5 s ago, seen by nobody');
    expect(standingWords(shelved, nowMs)).toBe('Shelved for another 10 min');
    expect(standingWords(closed, nowMs)).toBe('Ended now, acknowledged');
  });

  test('[TV8] tell their history', () => {
    const entry = { alarm: fresh.id, atMs: nowMs } as const;
    expect(entryWords({ ...entry, kind: 'noted', by: 'ben', text: 'Door was open.' })).toBe(
      'Note by ben: Door was open.',
    );
    expect(entryWords({ ...entry, kind: 'opened' })).toBe('Began');
  });
});
