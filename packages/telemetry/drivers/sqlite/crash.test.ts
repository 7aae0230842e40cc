/** Processes that are killed, disks that are full, files that are damaged or not ours alone. */
import { closeSync, existsSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OpenStore } from './testing/open-store.ts';
import { all, dayMs, friday, fridayName, minuteMs, put, reading, steady } from './testing/samples.ts';
import { type StoreProcess, storeProcesses } from './testing/store-processes.ts';

/** A process that starts on a busy machine takes its time. */
const launch = storeProcesses();
const opened: OpenStore[] = [];
let folder: ReturnType<typeof temporaryFolder>;
let file: string;
const wallMs = (): number => friday + 9 * dayMs;
const always = { fromMs: 0, toMs: friday + 999 * dayMs };

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'telemetry.sqlite');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((open) => open.close()));
  folder.remove();
});

async function open(): Promise<OpenStore> {
  const retention = { rawDays: 365, minuteDays: 365 };
  const store = await OpenStore.open({ file, wallMs, retention });
  opened.push(store);
  return store;
}

/** How many readings the process said are done; 0 before. */
function doneIn({ lines }: StoreProcess): number {
  return Number(lines.findLast((line) => line.startsWith('done'))?.split(' ')[1] ?? 0);
}

/** What is stored is whole commits, each reading once, and the record that was committed with the last. */
async function countWhole(store: OpenStore['store'], perCommit: number): Promise<number> {
  const stamps = (await all(store.scan(always))).map(({ stampMs }) => stampMs);
  expect(stamps.length % perCommit).toBe(0);
  expect(stamps).toEqual(stamps.map((_, i) => friday + i * minuteMs));
  const { ingest } = await store.load();
  if (stamps.length > 0) expect(ingest.ranges).toMatchObject([{ ranges: [[1, stamps.length]] }]);
  const query = {
    edge: 'edge-1',
    sensor: 'temperature',
    ...always,
    points: 5_000,
    resolution: '1h',
  } as const;
  const { count = [] } = await store.series(query);
  expect(count.reduce((a, b) => a + b, 0)).toBe(stamps.length);
  return stamps.length;
}

/** Where readings lie in the file, but for the pages that lead there. */
function readingPages(): number[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const sql = "SELECT pageno FROM dbstat WHERE name LIKE 'raw_%' AND pagetype <> 'internal'";
  const pages = database.prepare(sql).all();
  database.close();
  expect(pages.length).toBeGreaterThan(10);
  return pages.map(({ pageno }) => Number(pageno));
}

test('[TS2, TS10] what was done is there after the process was killed, and every commit is whole', async () => {
  const readingsPerCommit = 70;
  for (const commits of [1, 90, 60]) {
    const child = launch({ file, readingsPerCommit });
    await expect.poll(() => child.lines.length).toBeGreaterThan(commits);
    await child.kill();
    await child.ended;
    const { store } = await open();
    expect(await countWhole(store, readingsPerCommit)).toBeGreaterThanOrEqual(doneIn(child));
    await store.close();
  }
  // Days were sealed while it was killed, or are now.
  const { store } = await open();
  const sealed = async () => (await store.days()).filter(({ state }) => state === 'sealed').length;
  await expect.poll(sealed).toBeGreaterThan(2);
});

test('[TS2, TS11] what a full disk does not take is refused, and all before it is there', async () => {
  // Half a mebibyte.
  const child = launch({ file, readingsPerCommit: 70, fileLimitBlocks: 1_024 });
  await child.ended;
  const done = doneIn(child);
  expect(done).toBeGreaterThan(1_000);
  expect(JSON.parse(child.lines.at(-1) ?? '')).toEqual({
    code: 'storage_failed',
    message: expect.stringMatching(
      /^The database of readings and alarms cannot be written \(.+\)\. Free space/,
    ),
    held: done,
    found: done,
  });

  const { store } = await open();
  expect(await countWhole(store, 70)).toBe(done);
  const open2 = opened[0];
  await open2?.commit(put(...steady(friday + done * minuteMs, 70, minuteMs)));
  expect(await all(store.scan(always))).toHaveLength(done + 70);
});

test('[TS12] a file that is no database is told as such', async () => {
  writeFileSync(file, 'this is no database, and long enough to be told apart from an empty one'.repeat(20));
  await expect(open()).rejects.toMatchObject({
    code: 'database_corrupt',
    message: expect.stringContaining(file),
  });
});

test('[TS12] damage to old readings is told to who asks for them; commits and the rest go on', async () => {
  const before = await open();
  const other = { edge: 'edge-2', sensor: 'light' };
  const values = steady(friday, 40_000, 2_000).map((each, i) => ({ ...each, value: Math.sin(i) }));
  await before.commit(put(...values), put(reading(friday, 7, other)));
  await before.store.seal(fridayName);
  await before.close();
  const bytes = openSync(file, 'r+');
  for (const page of readingPages())
    writeSync(bytes, Buffer.alloc(4_096, 0xa5), 0, 4_096, (page - 1) * 4_096);
  closeSync(bytes);

  const after = await open();
  const query = {
    edge: 'edge-1',
    sensor: 'temperature',
    ...always,
    points: 50_000,
    resolution: 'raw',
  } as const;
  await expect(after.store.series(query)).rejects.toMatchObject({ code: 'database_corrupt' });
  await expect(all(after.store.scan(always))).rejects.toMatchObject({ code: 'database_corrupt' });
  await after.commit(put(reading(friday + dayMs, 8, other)));
  expect(await after.store.recent('edge-2', 'light', 1)).toEqual([[friday + dayMs, 8]]);
  expect(after.failures).toEqual([]);
  // The thread lets go of it: a copy from a backup can take its place.
  await after.close();
  rmSync(file);
  expect((await (await open()).store.load()).sensors).toEqual([]);
});

test('[TS12] a folder that cannot be written is told as such', async () => {
  writeFileSync(join(folder.path, 'file'), '');
  const inFile = OpenStore.open({ file: join(folder.path, 'file', 'telemetry.sqlite'), wallMs });
  await expect(inFile).rejects.toMatchObject({ code: 'data_directory_unusable' });
});

test('[TS13] a second process is refused while the first has the file, and taken when that was killed', async () => {
  const first = launch({ file, readingsPerCommit: 1 });
  await expect.poll(() => doneIn(first)).toBeGreaterThan(0);
  await expect(open()).rejects.toMatchObject({
    code: 'data_directory_unusable',
    message: expect.stringContaining('in use by another node'),
  });
  // The first has not noticed.
  const before = doneIn(first);
  await expect.poll(() => doneIn(first)).toBeGreaterThan(before);
  await first.kill();
  expect(await all((await open()).store.scan(always))).not.toHaveLength(0);
});

test('[TS13] a store that made its file later than another one is refused at its first commit', async () => {
  const [first, second] = [await open(), await open()];
  await first.commit(put(reading(friday, 1)));
  await expect(second.commit(put(reading(friday, 2)))).rejects.toMatchObject({
    code: 'data_directory_unusable',
  });
  expect(second.failures).toMatchObject([{ code: 'data_directory_unusable' }]);
  expect(existsSync(file)).toBe(true);
});
