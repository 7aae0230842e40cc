import type { LiveEdge, LiveSensor, SensorStatus } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { clockWords, countLines, edgeHealth } from './edge-words.ts';
import { sensorHealth, usualIntervalMs } from './sensor-health.ts';

const nowMs = 1_000_000;
const sensor: LiveSensor = {
  edge: 'edge-1',
  sensor: 'temperature',
  value: 21,
  stampMs: nowMs - 4_000,
  heardMs: nowMs - 4_000,
  state: 'ok',
  recent: [
    [nowMs - 14_000, 20],
    [nowMs - 9_000, 20],
    [nowMs - 4_000, 21],
  ],
};
const status: SensorStatus = { sensor: 'temperature', kind: 'simulated', intervalMs: 5_000, state: 'ok' };

describe('[TV12] how a sensor does', () => {
  test('well, until three of its readings are missing', () => {
    expect(sensorHealth(sensor, status, nowMs).short).toBe('well');
    expect(sensorHealth(sensor, status, nowMs + 12_000)).toMatchObject({ tone: 'away', short: 'silent' });
  });

  test('by its usual interval where nobody states one', () => {
    expect(usualIntervalMs(sensor.recent)).toBe(5_000);
    expect(sensorHealth(sensor, undefined, nowMs + 10_000).short).toBe('well');
    expect(sensorHealth(sensor, undefined, nowMs + 12_000).short).toBe('silent');
    expect(sensorHealth({ ...sensor, recent: [] }, undefined, nowMs + 60_000).short).toBe('well');
  });

  test('as it says itself', () => {
    expect(sensorHealth({ ...sensor, state: 'hung' }, status, nowMs)).toMatchObject({
      tone: 'bad',
      short: 'does not answer',
    });
    const failing = { ...status, sentence: 'No such file.' };
    expect(sensorHealth({ ...sensor, state: 'failing' }, failing, nowMs).sentence).toBe('No such file.');
    expect(sensorHealth(sensor, { ...status, fault: 'overheat' }, nowMs).short).toMatch(/overheat/);
    expect(sensorHealth({ ...sensor, heardMs: null }, status, nowMs).short).toBe('no reading yet');
  });
});

const edge: LiveEdge = {
  edge: 'edge-1',
  kind: 'edge',
  state: 'online',
  enrolled: false,
  home: 'n1',
  heardMs: nowMs - 3_000,
  status: { v: 1, node: 'edge-1', state: 'online', boot: 1, sensors: [status] },
  counts: { stored: 10, missing: 0, late: 2, double: 1, refused: 0, delayMs: 3 },
};

describe('[TV13] how an edge does', () => {
  test('online, offline, silent, catching up, a plain device', () => {
    expect(edgeHealth(edge, nowMs).short).toBe('online');
    expect(edgeHealth({ ...edge, state: 'offline' }, nowMs)).toMatchObject({ tone: 'bad', short: 'offline' });
    expect(edgeHealth(edge, nowMs + 75_000).short).toBe('silent');
    expect(edgeHealth({ ...edge, kind: 'plain', state: 'unknown', status: null }, nowMs).tone).toBe('good');
    const outbox = { waiting: 5_000, bytes: 1, dropped: 0 };
    const behind = { ...edge, status: { v: 1, node: 'e', state: 'online', boot: 1, outbox } as const };
    expect(edgeHealth(behind, nowMs)).toMatchObject({ tone: 'away', short: 'catching up' });
  });

  test('names the sensors that fail', () => {
    const sensors = [status, { ...status, sensor: 'light', state: 'hung' as const }];
    const words = edgeHealth(
      { ...edge, status: { v: 1, node: 'e', state: 'online', boot: 1, sensors } },
      nowMs,
    );
    expect(words.short).toBe('1 of 2 sensors fails');
    expect(words.sentence).toContain('light');
  });

  test('its clock, as far as it is known', () => {
    expect(clockWords(undefined)).toBe('not compared yet');
    expect(clockWords({ offsetMs: 1, errorMs: 2.5 })).toBe('as ours, give or take 2.5 ms');
    expect(clockWords({ offsetMs: 3_600_000, errorMs: 20 })).toBe('1 h behind ours, give or take 20 ms');
    expect(clockWords({ offsetMs: -1_500, errorMs: 20 })).toBe('1.5 s ahead of ours, give or take 20 ms');
  });

  test('what was counted; what is missing or refused stands out', () => {
    const lines = countLines({ counts: { ...edge.counts, missing: 3 } });
    expect(lines.map(({ title, count, tone }) => [title, count, tone])).toEqual([
      ['Stored', 10, 'plain'],
      ['Missing', 3, 'away'],
      ['Late', 2, 'plain'],
      ['Double', 1, 'plain'],
      ['Refused', 0, 'plain'],
    ]);
  });
});
