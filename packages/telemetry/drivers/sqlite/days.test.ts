/** Days that are sealed, filled late, sealed again and dropped; and what they take on the disk. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { seededRandom } from '@bothy/protocols';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StoredReading } from '../../core/ingest/records.ts';
import { SimulatedSensor, sensorProfiles } from '../../core/simulated/simulated-sensor.ts';
import type { TelemetryStoreOptions } from './index.ts';
import { OpenStore } from './testing/open-store.ts';
import { all, dayMs, friday, fridayName, minuteMs, put, reading, steady } from './testing/samples.ts';

const hourMs = 60 * minuteMs;
let folder: ReturnType<typeof temporaryFolder>;
let open: OpenStore;
let nowMs: number;

beforeEach(async () => {
  folder = temporaryFolder();
  nowMs = friday + hourMs;
  await start({});
});
afterEach(async () => {
  await open.close();
  folder.remove();
});

async function start(options: Partial<TelemetryStoreOptions>): Promise<void> {
  open = await OpenStore.open({
    file: join(folder.path, 'telemetry.sqlite'),
    wallMs: () => nowMs,
    ...options,
  });
}

async function states(): Promise<string[]> {
  const days = await open.store.days();
  return days.map(({ day, state, hasLate }) => `${day} ${state}${hasLate ? ', late' : ''}`);
}

const query = {
  edge: 'edge-1',
  sensor: 'temperature',
  fromMs: 0,
  toMs: friday + 999 * dayMs,
  points: 5_000,
} as const;

/** Waits for what the store does by itself: it is done in the order in which it came, and left out while more is being done. */
async function looked(): Promise<void> {
  await open.store.seal('2026-11-01');
}

async function total(resolution: '1m' | '5m' | '1h'): Promise<number> {
  const { count = [] } = await open.store.series({ ...query, resolution });
  return count.reduce((a, b) => a + b, 0);
}

test('[TS15] a day is sealed by itself an hour after its end, once nothing of it comes any more', async () => {
  await open.commit(put(...steady(friday, 1_440, minuteMs)));
  nowMs = friday + dayMs + 2 * hourMs;
  // It looks every ten minutes; what came since it looked last may go on.
  await open.commit(put(reading(friday + dayMs - 1, 7)));
  await looked();
  expect(await states()).toEqual(['2026-11-20 open']);
  nowMs += 11 * minuteMs;
  await open.commit(put(reading(nowMs, 8)));
  await looked();
  expect(await states()).toEqual(['2026-11-20 sealed', '2026-11-21 open']);
  expect(await total('1m')).toBe(1_442);
});

test('[TS4, TS15] a sealed day takes late readings, shows them at once, and is sealed again', async () => {
  const other = { sensor: 'light' };
  await open.commit(put(...steady(friday, 600, 2 * minuteMs), ...steady(friday, 600, 2 * minuteMs, other)));
  await open.store.seal(fridayName);
  const light = await open.store.series({ ...query, ...other });
  expect(
    await open.commit(put(...steady(friday + minuteMs, 600, 2 * minuteMs), reading(friday + 10, 3))),
  ).toEqual([]);
  expect(await total('1m')).toBe(1_201);
  expect(await open.store.recent('edge-1', 'temperature', 9_999)).toHaveLength(1_201);
  await open.store.seal('2026-11-19');
  expect(await states()).toEqual(['2026-11-20 sealed, late']);
  await open.store.seal(fridayName);
  expect(await states()).toEqual(['2026-11-20 sealed']);
  for (const resolution of ['1m', '5m', '1h'] as const) expect(await total(resolution)).toBe(1_201);
  // The one that nothing came for is as it was.
  expect(await open.store.series({ ...query, ...other })).toEqual(light);
  // What lies in a sealed day is known there.
  expect(await open.commit(put(reading(friday + 10, 3)))).toEqual([
    { edge: 'edge-1', doubles: 1, refused: 0 },
  ]);
});

test('[TS4] readings that come while their day is sealed are not lost and not double', async () => {
  const sensors = Array.from({ length: 30 }, (_, i) => `s${i}`);
  for (const sensor of sensors) await open.commit(put(...steady(friday, 700, minuteMs, { sensor })));
  const sealing = open.store.seal(fridayName);
  let [isSealed, commits] = [false, 0];
  void sealing.then(() => {
    isSealed = true;
  });
  while (!isSealed) {
    await open.commit(put(reading(friday + 700 * minuteMs + commits, commits, { sensor: 's3' })));
    commits += 1;
    const { count = [] } = await open.store.series({ ...query, sensor: 's3', resolution: '1h' });
    expect(count.reduce((a, b) => a + b, 0)).toBe(700 + commits);
  }
  // It goes on beside a seal, or this shows nothing.
  expect(commits).toBeGreaterThan(1);
  await open.store.seal(fridayName);
  expect(await all(open.store.scan({ fromMs: 0, toMs: friday + dayMs }))).toHaveLength(30 * 700 + commits);
});

test('[TS16] whole days are dropped when they are too old, and what they sum up to later', async () => {
  await open.close();
  await start({ retention: { rawDays: 2, minuteDays: 4, fiveDays: 6, hourDays: 40 } });
  for (let day = 0; day < 9; day++) {
    nowMs = friday + day * dayMs + 12 * hourMs;
    await open.commit(put(...steady(friday + day * dayMs, 300, minuteMs)));
    await looked();
    // Each look seals what is quiet, and drops what is sealed and old.
    for (let look = 0; look < 2; look++) {
      nowMs += 11 * minuteMs;
      await open.commit(put(reading(nowMs, 1)));
      await looked();
    }
  }
  expect(await states()).toEqual([
    ...Array.from({ length: 6 }, (_, day) => `2026-11-${20 + day} dropped`),
    ...['2026-11-26 sealed', '2026-11-27 sealed', '2026-11-28 open'],
  ]);
  const perDay = 302;
  expect(await all(open.store.scan({ fromMs: 0, toMs: query.toMs }))).toHaveLength(3 * perDay);
  expect(await total('1m')).toBe(5 * perDay);
  expect(await total('5m')).toBe(7 * perDay);
  expect(await total('1h')).toBe(9 * perDay);
  // Without a resolution it takes one that is still there for all of the span.
  expect((await open.store.series(query)).resolution).toBe('1h');
  const { resolution, count = [] } = await open.store.series({ ...query, fromMs: friday + 2 * dayMs });
  expect([resolution, count.reduce((a, b) => a + b, 0)]).toEqual(['5m', 7 * perDay]);
  // No table of a day that is gone is left.
  const reader = new DatabaseSync(join(folder.path, 'telemetry.sqlite'), { readOnly: true });
  const tables = reader.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  reader.close();
  const ofDays = tables
    .map(({ name }) => String(name).split('_')[0])
    .filter((each) => /^(raw|minute|five|hour|stage)$/.test(each ?? ''));
  expect(
    Object.fromEntries(
      Map.groupBy(ofDays, (each) => each)
        .entries()
        .map(([kind, list]) => [kind, list.length]),
    ),
  ).toEqual({
    raw: 3,
    minute: 4,
    five: 6,
    hour: 1,
  });
});

test('[TS16] a clock that is years ahead for a while drops nothing and refuses nothing', async () => {
  await open.commit(put(...steady(friday, 100, minuteMs)));
  await open.store.seal(fridayName);
  nowMs = friday + 900 * dayMs;
  await open.commit(put(reading(friday + dayMs, 1)));
  nowMs += hourMs;
  expect(await open.commit(put(reading(friday + dayMs + 1, 2)))).toEqual([]);
  await open.store.seal('2026-11-21');
  expect(await states()).toEqual(['2026-11-20 sealed', '2026-11-21 sealed']);
});

test('[TS16] times to keep that contradict each other are refused', async () => {
  const retention = { rawDays: 30, minuteDays: 7 };
  await expect(start({ retention })).rejects.toMatchObject({ code: 'configuration_invalid' });
});

test('[TS17] a reading of a usual sensor takes at most 40 bytes in an open day, and at most 4 once it is sealed, sums included', async () => {
  const profiles = Object.entries(sensorProfiles);
  const sensors = profiles.flatMap(([sensor, profile]) =>
    [1, 2, 3].map((edge) => ({
      edge: `edge-${edge}`,
      sensor,
      simulated: new SimulatedSensor(profile, seededRandom(`${sensor}${edge}`)),
    })),
  );
  const delays = seededRandom('delays');
  let count = 0;
  for (let at = 0; at < 8_640; at += 60) {
    const readings: StoredReading[] = [];
    for (let i = at; i < at + 60; i++) {
      for (const { edge, sensor, simulated } of sensors) {
        const stampMs = friday + i * 10_000 + delays.below(4);
        readings.push(reading(stampMs, simulated.valueAt(stampMs) ?? 0, { edge, sensor, boot: 1, seq: i }));
      }
    }
    await open.commit(put(...readings));
    count += readings.length;
  }
  // A start copies the log into the database.
  await open.reopen();
  const file = join(folder.path, 'telemetry.sqlite');
  expect(statSync(file).size / count).toBeLessThan(40);
  await open.store.seal(fridayName);
  const { fileBytes, freeBytes } = await open.store.sizes();
  expect((fileBytes - freeBytes) / count).toBeLessThan(4);
});
