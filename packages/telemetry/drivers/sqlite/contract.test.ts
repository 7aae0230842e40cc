/** What every store of monitoring is tried with: the one on the disk, started again before each look, and the one in memory. */
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { type Alarm, type AlarmEntry, alarmLimits } from '@bothy/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EdgeRecord } from '../../core/ingest/records.ts';
import type { Delivery } from '../../core/routes/records.ts';
import type { TelemetryWrite } from '../../core/store-writes.ts';
import type { TelemetryStore } from './index.ts';
import { MemoryTelemetryStore } from './testing/index.ts';
import { committed, OpenStore } from './testing/open-store.ts';
import { all, dayMs, friday, minuteMs, put, reading, steady } from './testing/samples.ts';

const wallMs = (): number => friday + dayMs / 2;

interface Subject {
  /** After a restart, where that means something. */
  again(): Promise<TelemetryStore>;
  close(): Promise<void>;
}

const subjects: Readonly<Record<string, (file: string) => Promise<Subject>>> = {
  memory: async () => {
    const store = new MemoryTelemetryStore(wallMs);
    return { again: async () => store, close: () => store.close() };
  },
  sqlite: async (file) => {
    const open = await OpenStore.open({ file, wallMs });
    return {
      again: async () => {
        await open.reopen();
        return open.store;
      },
      close: () => open.close(),
    };
  },
};

const alarm: Alarm = {
  ...{ id: 'edge-1~temperature~hot', edge: 'edge-1', sensor: 'temperature', rule: 'hot' },
  ...{ severity: 'danger', active: true, acknowledged: false, openedMs: friday, lastMs: friday },
  ...{ count: 1, value: 31, sentence: 'It is hot.', notes: [], home: 'node-1', version: 1 },
};
const entry = (atMs: number): AlarmEntry => ({ alarm: alarm.id, atMs, kind: 'opened', value: 31 });
const putAlarm: TelemetryWrite = { kind: 'putAlarm', alarm, last: null };
const state = {
  ...{ rule: 'hot', text: 'hot: temperature > 30', node: 'edge-1', sensor: 'temperature' },
  ...{ isFiring: true, latches: [true], transitions: [] },
};
const ranges = {
  edge: 'edge-1',
  boot: 3,
  sensor: 'temperature',
  base: 0,
  last: 9,
  ranges: [[1, 9]],
} as const;
const counts = { stored: 9, missing: 0, late: 0, double: 0, refused: 0, delayMs: null };
const edge: EdgeRecord = {
  ...{ edge: 'edge-1', status: null, firstHeardMs: 1, heardMs: 2, counts, lost: 0 },
  ...{ kind: 'edge', sensors: ['temperature'], said: [], closed: [] },
};
const home = { v: 1, edge: 'edge-1', home: 'node-1', epoch: 1, claimedMs: friday } as const;
const delivery: Delivery = {
  ...{ id: 'd1', route: 'ops', madeMs: friday, lines: [], more: [], failures: 0 },
  to: { kind: 'browser' },
};
const mark = { route: 'ops', alarm: alarm.id, count: 1, said: 'open', toldMs: friday } as const;
const routes = [{ name: 'ops', to: { kind: 'room', room: 'hut' } }] as const;

const puts: readonly TelemetryWrite[] = [
  putAlarm,
  { kind: 'putRuleState', record: state },
  { kind: 'putRanges', ...ranges },
  { kind: 'putRanges', ...ranges, boot: 30 },
  { kind: 'putEdge', record: edge },
  { kind: 'putHome', home },
  { kind: 'putDelivery', delivery },
  { kind: 'putMark', mark },
  { kind: 'putRoutes', routes },
];

describe.each(Object.keys(subjects))('a store: %s', (name) => {
  let folder: ReturnType<typeof temporaryFolder>;
  let subject: Subject;
  beforeEach(async () => {
    folder = temporaryFolder();
    const make = subjects[name];
    if (make === undefined) throw new Error(name);
    subject = await make(join(folder.path, 'telemetry.sqlite'));
  });
  afterEach(async () => {
    await subject.close();
    folder.remove();
  });

  async function commit(...writes: readonly TelemetryWrite[]): Promise<TelemetryStore> {
    await committed(await subject.again(), writes);
    return subject.again();
  }

  test('[TS14] is empty at first, and knows nothing of anything', async () => {
    const store = await subject.again();
    expect(await store.load()).toEqual({
      engine: { states: [], detectors: [] },
      ingest: { edges: [], ranges: [] },
      alarms: { alarms: [] },
      routes: { routes: [], deliveries: [], marks: [] },
      homes: [],
      rules: undefined,
      sensors: [],
    });
    const query = { edge: 'edge-1', sensor: 'light', fromMs: 0, toMs: friday, points: 10 };
    const nothing = { edge: 'edge-1', sensor: 'light', thinned: false, stampsMs: [], mean: [] };
    expect(await store.series(query)).toEqual({ ...nothing, resolution: 'raw' });
    expect(await store.series({ ...query, resolution: '1h' })).toEqual({ ...nothing, resolution: '1h' });
    expect(await store.recent('edge-1', 'light', 5)).toEqual([]);
    expect(await all(store.scan({ fromMs: 0, toMs: friday }))).toEqual([]);
    expect(await store.alarmHistory(alarm.id, 5)).toEqual([]);
    expect(await store.days()).toEqual([]);
  });

  test('[TS14] what cores persist comes back as they persisted it', async () => {
    const store = await commit(...puts);
    expect(await store.load()).toMatchObject({
      engine: { states: [state], detectors: [] },
      ingest: { edges: [edge], ranges: [ranges, { ...ranges, boot: 30 }] },
      alarms: { alarms: [{ alarm, last: null }] },
      routes: { routes, deliveries: [delivery], marks: [mark] },
      homes: [home],
    });
  });

  test('[TS14] what is put again is replaced, and what is deleted is gone, and nothing else', async () => {
    await commit(...puts);
    const store = await commit(
      { kind: 'putAlarm', alarm: { ...alarm, version: 2 }, last: null },
      { kind: 'deleteRuleState', rule: 'hot', node: 'edge-1', sensor: 'temperature' },
      { kind: 'deleteRanges', edge: 'edge-1', boot: 3 },
      { kind: 'deleteHome', edge: 'edge-1' },
      { kind: 'deleteDelivery', id: 'd1' },
      { kind: 'deleteMark', route: 'ops', alarm: alarm.id },
      { kind: 'putRoutes', routes: [] },
    );
    expect(await store.load()).toMatchObject({
      engine: { states: [] },
      ingest: { edges: [edge], ranges: [{ ...ranges, boot: 30 }] },
      alarms: { alarms: [{ alarm: { version: 2 } }] },
      routes: { routes: [], deliveries: [], marks: [] },
      homes: [],
    });
    await commit({ kind: 'putRanges', ...ranges, edge: 'edge-10' });
    const after = await commit({ kind: 'deleteEdge', edge: 'edge-1' });
    expect((await after.load()).ingest).toEqual({ edges: [], ranges: [{ ...ranges, edge: 'edge-10' }] });
  });

  test('[TS14] an alarm keeps its last lines, and none of them without it', async () => {
    const most = alarmLimits.historyPerAlarm;
    const lines = Array.from({ length: most + 20 }, (_, i) => entry(friday + i));
    const store = await commit(
      putAlarm,
      ...lines.map((entry) => ({ kind: 'addAlarmEntry', entry }) as const),
      { kind: 'addAlarmEntry', entry: { ...entry(friday), alarm: 'other' } },
    );
    expect(await store.alarmHistory(alarm.id, 3)).toEqual(lines.slice(-3));
    expect(await store.alarmHistory(alarm.id, 9_999)).toEqual(lines.slice(-most));
    const after = await commit({ kind: 'deleteAlarm', id: alarm.id });
    expect(await after.alarmHistory(alarm.id, 3)).toEqual([]);
    expect(await after.alarmHistory('other', 3)).toHaveLength(1);
  });

  test('[TS14] rules are the texts that were put last; none at all are not the same as none ever', async () => {
    await (await subject.again()).putRules(['hot: temperature > 30', 'dark: light < 5']);
    expect((await (await subject.again()).load()).rules).toEqual([
      'hot: temperature > 30',
      'dark: light < 5',
    ]);
    await (await subject.again()).putRules([]);
    expect((await (await subject.again()).load()).rules).toEqual([]);
  });

  test('[TS3] a device that says the same twice is told, edge by edge; a numbered reading is new whatever it says', async () => {
    const store = await subject.again();
    const first = reading(friday, 20.5);
    expect(await committed(store, [put(first, { ...first, edge: 'plain' })])).toEqual([]);
    expect(
      await committed(store, [put(first, reading(friday, 20.6), { ...first, boot: 1, seq: 7 })]),
    ).toEqual([{ edge: 'edge-1', doubles: 1, refused: 0 }]);
    const values = (await all(store.scan({ fromMs: 0, toMs: friday + 1 }))).map(({ node, value }) => [
      node,
      value,
    ]);
    expect(values).toEqual([
      ['edge-1', 20.5],
      ['edge-1', 20.6],
      ['edge-1', 20.5],
      ['plain', 20.5],
    ]);
  });

  test('[TS5] a reading of a dropped day, and one too old, are refused and counted', async () => {
    await commit(put(...steady(friday - dayMs, 5, minuteMs)));
    await (await subject.again()).dropDay('2026-11-19');
    const store = await subject.again();
    const late = [
      reading(friday - dayMs / 2, 1),
      reading(friday - 31 * dayMs, 2),
      reading(friday - 30 * dayMs, 3),
    ];
    expect(await committed(store, [put(...late, reading(friday, 4))])).toEqual([
      { edge: 'edge-1', doubles: 0, refused: 2 },
    ]);
    expect((await all(store.scan({ fromMs: 0, toMs: friday + dayMs }))).map(({ value }) => value)).toEqual([
      3, 4,
    ]);
    expect(await store.days()).toEqual([
      { day: '2026-10-21', state: 'open', hasLate: false },
      { day: '2026-11-19', state: 'dropped', hasLate: false },
      { day: '2026-11-20', state: 'open', hasLate: false },
    ]);
    await expect(store.dropDay('yesterday')).rejects.toMatchObject({ code: 'bad_request' });
    await expect(store.seal('2026-02-30')).rejects.toMatchObject({ code: 'bad_request' });
  });

  test('[TS9] a reading comes back with its unit, its quality and the fields that are not ours', async () => {
    const extra = { battery: 97, nested: { a: [1, 'ü'] } };
    const store = await commit(
      put(reading(friday, 20, { unit: '°C', quality: 'stuck', extra }), reading(friday + 1, 21)),
    );
    const known = {
      node: 'edge-1',
      sensor: 'temperature',
      event: false,
      eventType: null,
      hist: true,
      unit: '°C',
    };
    expect(await all(store.scan({ fromMs: friday, toMs: friday + 2 }))).toEqual([
      { ...known, stampMs: friday, value: 20, quality: 'stuck', extra },
      { ...known, stampMs: friday + 1, value: 21 },
    ]);
    expect((await store.load()).sensors).toEqual([{ edge: 'edge-1', sensor: 'temperature', unit: '°C' }]);
  });

  test('[TS7] without a resolution it takes the finest that fits', async () => {
    const store = await commit(put(...steady(friday, 4_320, 10_000)));
    const day = { edge: 'edge-1', sensor: 'temperature', fromMs: friday, toMs: friday + dayMs / 2 };
    const asked = async (points: number): Promise<string> => {
      const { resolution, thinned, stampsMs } = await store.series({ ...day, points });
      return `${resolution}${thinned ? ' thinned' : ''} ${stampsMs.length}`;
    };
    expect(await asked(4_320)).toBe('raw 4320');
    expect(await asked(4_319)).toMatch(/^raw thinned 4\d\d\d$/);
    expect(await asked(1_000)).toBe('1m 720');
    expect(await asked(700)).toBe('5m 144');
    expect(await asked(20)).toBe('1h 12');
    expect(await asked(5)).toBe('1h thinned 4');
    const minutes = await store.series({ ...day, points: 1_000 });
    expect(minutes.count).toEqual(minutes.stampsMs.map(() => 6));
  });

  test('[TS8] a gap stays a gap, and a peak a peak', async () => {
    const before = steady(friday, 3_000, 1_000, { sensor: 'light' });
    const after = steady(friday + 10_000_000, 3_000, 1_000, { sensor: 'light' });
    const peak = reading(friday + 1_500_500, 99, { sensor: 'light' });
    const store = await commit(put(...before, ...after, peak));
    const query = { edge: 'edge-1', sensor: 'light', fromMs: friday, toMs: friday + 13_000_000, points: 200 };
    const { stampsMs, mean, thinned } = await store.series({ ...query, resolution: 'raw' });
    expect(thinned).toBe(true);
    expect(stampsMs.length).toBeLessThanOrEqual(200);
    expect(stampsMs.filter((stamp) => stamp > friday + 2_999_000 && stamp < friday + 10_000_000)).toEqual([]);
    expect(mean[stampsMs.indexOf(friday + 1_500_500)]).toBe(99);
    const { max, stampsMs: starts } = await store.series({ ...query, resolution: '1m' });
    expect(Math.max(...(max ?? []))).toBe(99);
    expect(starts.filter((start) => start >= friday + 3_000_000 && start < friday + 9_960_000)).toEqual([]);
  });
});
