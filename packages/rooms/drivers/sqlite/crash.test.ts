/** Processes that are killed, disks that are full, files that are damaged or not ours alone. */
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { put, room, says } from '../../core/testing/store-samples.ts';
import { OpenStore } from './testing/open-store.ts';
import { type StoreProcess, storeProcesses } from './testing/store-processes.ts';

/** A process that starts on a busy machine takes its time. */
const launch = storeProcesses();
const opened: OpenStore[] = [];
let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'rooms.sqlite');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  folder.remove();
});

async function open(): Promise<OpenStore> {
  const store = await OpenStore.open({ file });
  opened.push(store);
  return store;
}

async function everything(store: OpenStore): Promise<number[]> {
  const query = { kind: 'entries', room, from: 1, to: 1e9, limit: 1e9, last: false } as const;
  const finding = await store.query(query);
  return finding.kind === 'entries' ? finding.entries.map(({ seq }) => seq) : [];
}

/** The last seq that the process said is done; 0 before. */
function doneIn({ lines }: StoreProcess): number {
  return Number(lines.findLast((line) => line.startsWith('done'))?.split(' ')[1] ?? 0);
}

test('[STORE10] what was done is there after the process was killed, and every commit is whole', async () => {
  const entriesPerCommit = 7;
  for (const commits of [1, 40, 15]) {
    const child = launch({ file, entriesPerCommit });
    await expect.poll(() => child.lines.length).toBeGreaterThan(commits);
    await child.kill();
    await child.ended;
    const done = doneIn(child);
    const store = await open();
    const seqs = await everything(store);
    expect(seqs.length).toBeGreaterThanOrEqual(done);
    expect(seqs.length % entriesPerCommit).toBe(0);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect((await store.snapshot()).rooms).toMatchObject([{ lastSeq: seqs.length }]);
    await store.close();
  }
});

test('[STORE11] what a full disk does not take is refused, and all before it is there', async () => {
  // One mebibyte.
  const child = launch({ file, entriesPerCommit: 20, fileLimitBlocks: 2_048 });
  await child.ended;
  const done = doneIn(child);
  expect(done).toBeGreaterThan(0);
  expect(JSON.parse(child.lines.at(-1) ?? '')).toEqual({
    code: 'storage_failed',
    message: expect.stringMatching(/^The rooms’ database cannot be written \(.+\)\. Free space/),
    held: done,
    found: done,
  });

  const store = await open();
  expect(await everything(store)).toHaveLength(done);
  const entries = [says(done + 1)];
  await store.commit([{ kind: 'append', room, epoch: 1, expectedLastSeq: done, entries }]);
  expect(await everything(store)).toHaveLength(done + 1);
});

test('[STORE12] a file that is no database is told as such', async () => {
  writeFileSync(file, 'this is no database, and long enough to be told apart from an empty one'.repeat(20));
  await expect(open()).rejects.toMatchObject({
    code: 'database_corrupt',
    message: expect.stringContaining(file),
  });
});

test('[STORE12] damage that only a query meets ends the store, and nothing is made up', async () => {
  const before = await open();
  const entries = Array.from({ length: 2_000 }, (_, index) => says(index + 1, 'x'.repeat(500)));
  await before.commit([put(), { kind: 'append', room, epoch: 1, expectedLastSeq: 0, entries }]);
  await before.close();
  const sizeBytes = readFileSync(file).byteLength;
  const bytes = openSync(file, 'r+');
  // The first pages hold the schema, and the room; what follows them holds the log.
  for (let at = 40 * 4_096; at < sizeBytes; at += 4_096)
    writeSync(bytes, Buffer.alloc(4_096, 0xa5), 0, 4_096, at);
  closeSync(bytes);

  const after = await open();
  let answered = false;
  void everything(after).then(() => {
    answered = true;
  });
  await expect.poll(() => after.failures).toMatchObject([{ code: 'database_corrupt' }]);
  await expect(after.commit([put()])).rejects.toMatchObject({ code: 'database_corrupt' });
  await expect(after.snapshot()).rejects.toMatchObject({ code: 'database_corrupt' });
  expect(answered).toBe(false);
  // The thread has let go of it: a copy from a backup can take its place.
  await after.close();
  rmSync(file);
  expect((await (await open()).snapshot()).fresh).toBe(true);
});

test('[STORE12] a folder that cannot be written is told as such', async () => {
  writeFileSync(join(folder.path, 'file'), '');
  const opening = OpenStore.open({ file: join(folder.path, 'file', 'rooms.sqlite') });
  await expect(opening).rejects.toMatchObject({ code: 'data_directory_unusable' });
});

test('[STORE13] a second process is refused while the first has the file, and taken when that was killed', async () => {
  const first = launch({ file, entriesPerCommit: 1 });
  await expect.poll(() => doneIn(first)).toBeGreaterThan(0);
  await expect(open()).rejects.toMatchObject({
    code: 'data_directory_unusable',
    message: expect.stringContaining('in use by another node'),
  });
  // The first has not noticed.
  const before = doneIn(first);
  await expect.poll(() => doneIn(first)).toBeGreaterThan(before);
  await first.kill();
  expect((await everything(await open())).length).toBeGreaterThan(0);
});

test('[STORE13] a second store of the same process is refused as well', async () => {
  await open();
  await expect(open()).rejects.toMatchObject({ code: 'data_directory_unusable' });
  expect(existsSync(file)).toBe(true);
});
