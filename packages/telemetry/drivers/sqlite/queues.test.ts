/** What waits, what is left, and what goes on beside it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { committed, OpenStore } from './testing/open-store.ts';
import { all, dayMs, friday, fridayName, minuteMs, put, reading, steady } from './testing/samples.ts';

let folder: ReturnType<typeof temporaryFolder>;
let open: OpenStore;
let file: string;
beforeEach(async () => {
  folder = temporaryFolder();
  file = join(folder.path, 'deep', 'telemetry.sqlite');
  open = await OpenStore.open({ file, wallMs: () => friday + dayMs / 2 });
});
afterEach(async () => {
  await open.close();
  folder.remove();
});

const always = { fromMs: 0, toMs: friday + 9 * dayMs };
const raw = { edge: 'edge-1', sensor: 'temperature', ...always, points: 100, resolution: 'raw' } as const;

/** A quarter of a million readings: a question about all of them takes many steps. */
async function fill(): Promise<void> {
  for (let i = 0; i < 25; i++) await open.commit(put(...steady(friday + i * 1_000_000, 10_000, 100)));
}

test('[TS18] a store that never heard anything makes no file and starts no thread', async () => {
  expect(await open.store.load()).toMatchObject({ sensors: [] });
  expect(await open.store.sizes()).toMatchObject({ fileBytes: 0 });
  expect(existsSync(file)).toBe(false);
  await open.commit();
  expect(existsSync(file)).toBe(true);
});

test('[TS19] a commit does not wait for a long question', async () => {
  await fill();
  let isAnswered = false;
  // So many that they take longer than a disk that others keep busy takes for a commit.
  const questions = Array.from({ length: 40 }, () => open.store.series(raw));
  const asked = Promise.all(questions).then((found) => {
    isAnswered = true;
    return found;
  });
  let commits = 0;
  while (!isAnswered) {
    await open.commit(put(reading(friday + dayMs + commits, 1)));
    commits += 1;
  }
  // The last one may have been answered to after them.
  expect(commits).toBeGreaterThan(1);
  // A question may see more than there was when it was asked, and never less.
  const [first] = await asked;
  expect(first?.stampsMs.some((stamp) => stamp < friday + dayMs)).toBe(true);
});

test('[TS19] a question sees every commit that was asked for before it', async () => {
  const counts: Promise<number>[] = [];
  for (let i = 0; i < 20; i++) {
    void committed(open.store, [put(reading(friday + i, i))]);
    counts.push(open.store.recent('edge-1', 'temperature', 99).then((values) => values.length));
  }
  const seen = await Promise.all(counts);
  for (const [i, count] of seen.entries()) expect(count).toBeGreaterThanOrEqual(i + 1);
});

test('[TS20] a question that is left is rejected at once, and the next one is answered', async () => {
  await fill();
  const leaving = new AbortController();
  const left = open.store.series(raw, leaving.signal);
  const queued = open.store.series(raw, leaving.signal);
  const reason = new Error('The page was closed.');
  leaving.abort(reason);
  await expect(left).rejects.toBe(reason);
  await expect(queued).rejects.toBe(reason);
  await expect(open.store.series(raw, leaving.signal)).rejects.toBe(reason);
  expect((await open.store.series(raw)).stampsMs).not.toHaveLength(0);
});

test('[TS20] a scan that is left ends, and reads no further than a piece', async () => {
  await fill();
  const leaving = new AbortController();
  const seen: number[] = [];
  const scanning = (async () => {
    for await (const { stampMs } of open.store.scan(always, leaving.signal)) {
      seen.push(stampMs);
      if (seen.length === 10) leaving.abort(new Error('enough'));
    }
  })();
  await expect(scanning).rejects.toThrow('enough');
  expect(seen.length).toBeLessThan(20_000);
});

test('[TS9] a long scan gives everything once and in order, whatever is sealed and committed beside it', async () => {
  await fill();
  const stamps: number[] = [];
  for await (const { stampMs } of open.store.scan({ fromMs: friday, toMs: friday + dayMs / 2 })) {
    if (stamps.length % 50_000 === 0) await open.store.seal(fridayName);
    // Behind where it is: it is not gone back for.
    if (stamps.length % 60_000 === 1) await open.commit(put(reading(friday + 50, stamps.length)));
    stamps.push(stampMs);
  }
  expect(stamps.length).toBe(250_000);
  expect(stamps.every((stamp, i) => i === 0 || stamp >= (stamps[i - 1] ?? 0))).toBe(true);
});

test('[TS21] more commits than may wait are refused', async () => {
  const outcomes: unknown[] = [];
  await new Promise<void>((resolve) => {
    const done = (error: unknown): void => {
      outcomes.push(error);
      if (outcomes.length === 1_001) resolve();
    };
    for (let count = 0; count < 1_001; count += 1) open.store.commit([put(reading(friday + count, 1))], done);
  });
  // The one too many is told at once.
  expect(outcomes[0]).toMatchObject({ code: 'storage_failed', message: expect.stringContaining('commits') });
  expect(outcomes.slice(1).every((error) => error === undefined)).toBe(true);
});

test('[TS21] readings of more sensors than are told apart are refused and counted; known ones go on', async () => {
  await open.close();
  open = await OpenStore.open({ file, wallMs: () => friday, maxSensors: 2 });
  const sensors = ['a', 'b', 'c', 'd'].map((sensor) => reading(friday, 1, { sensor }));
  expect(await open.commit(put(...sensors))).toEqual([{ edge: 'edge-1', doubles: 0, refused: 2 }]);
  expect(await open.commit(put(reading(friday + 1, 2, { sensor: 'b' })))).toEqual([]);
  expect((await open.store.load()).sensors.map(({ sensor }) => sensor)).toEqual(['a', 'b']);
});

test('[TS21] a close waits for what was committed, and is no failure', async () => {
  const outcomes: unknown[] = [];
  open.store.commit([put(...steady(friday, 10, minuteMs))], (error) => outcomes.push(error));
  const asked = expect(open.store.recent('edge-1', 'temperature', 5)).rejects.toMatchObject({
    code: 'storage_failed',
  });
  const closing = open.store.close();
  open.store.commit([put(reading(friday, 2))], (error) => outcomes.push(error));
  await asked;
  await closing;
  expect(outcomes).toEqual([
    expect.objectContaining({ message: expect.stringContaining('is closed') }),
    undefined,
  ]);
  expect(open.failures).toEqual([]);
  await open.reopen();
  expect(await all(open.store.scan(always))).toHaveLength(10);
});
