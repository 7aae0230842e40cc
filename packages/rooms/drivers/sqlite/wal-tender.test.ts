/** The log of writes beside the database: copied while others write, and bounded. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '@bothy/store/sqlite-file';
import { temporaryFolder } from '@bothy/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { append, put, says } from '../../core/testing/store-samples.ts';
import { OpenStore } from './testing/open-store.ts';
import { storeProcesses } from './testing/store-processes.ts';
import { WalTender } from './wal-tender.ts';

const launch = storeProcesses();
const pageBytes = 4_096;
const copyAfterPages = 64;
/** Where the writing thread copies; each page has a head of 24 bytes. */
const limitBytes = 4 * copyAfterPages * (pageBytes + 24);

function newFile(): string {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  return join(folder.path, 'rooms.sqlite');
}

function openTender(): {
  readonly file: string;
  readonly tender: WalTender;
  /** Writes so many pages in a commit of its own. */
  readonly write: (pages: number) => void;
  /** Pages in the log, and those of them that are in the database. */
  readonly log: () => readonly number[];
} {
  const file = newFile();
  const database = openSqlite(file);
  database.exec('CREATE TABLE page (content BLOB)');
  const tender = new WalTender({ file, database, copyAfterPages });
  onTestFinished(() => tender.close());
  const insert = database.prepare('INSERT INTO page VALUES (zeroblob(?))');
  const size = database.prepare('PRAGMA wal_checkpoint(NOOP)');
  size.setReturnArrays(true);
  return {
    file,
    tender,
    write: (pages) => {
      insert.run(pages * pageBytes);
      tender.committed();
    },
    log: () => (size.get() as unknown as readonly number[]).slice(1),
  };
}

test('[STORE18] a long log is copied by another thread, and the next commit begins it anew', async () => {
  const { log, write } = openTender();
  write(copyAfterPages / 2);
  const [short = 0] = log();
  write(copyAfterPages);
  const [long = 0] = log();
  expect([short, long].map((pages) => pages >= copyAfterPages)).toEqual([false, true]);
  await expect.poll(log).toEqual([long, long]);
  write(1);
  expect(log()[0]).toBeLessThan(10);
});

test('[STORE18] what is written while the log is copied is copied as well', async () => {
  const { log, write } = openTender();
  let beganAnew = 0;
  let before = 0;
  // So long a log is copied several times, however the two threads get their turns.
  for (let commits = 0; beganAnew < 3; commits += 1) {
    expect(commits).toBeLessThan(100_000);
    write(2);
    const [pages = 0] = log();
    if (pages < before) beganAnew += 1;
    before = pages;
    if (commits % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
});

test('[STORE18] where nothing else copies, the writing thread does at the limit', () => {
  const { file, write } = openTender();
  // No turn of the event loop in between: the other thread is never heard of.
  for (let commits = 0; commits < 500; commits += 1) write(5);
  expect(statSync(`${file}-wal`).size).toBeLessThan(limitBytes + 20 * pageBytes);
});

test('[STORE18] after somebody else has read for long the log is short again, and so is its file', async () => {
  const { file, log, write } = openTender();
  const reader = new DatabaseSync(file);
  onTestFinished(() => reader.close());
  reader.exec('BEGIN; SELECT count(*) FROM page');
  for (let commits = 0; commits < 100; commits += 1) write(5);
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(limitBytes);
  reader.exec('COMMIT');
  const isShort = (): boolean => {
    write(1);
    return (log()[0] ?? 0) < copyAfterPages && statSync(`${file}-wal`).size <= limitBytes;
  };
  await expect.poll(isShort).toBe(true);
});

test('[STORE18] a process that is killed while its log is copied loses nothing that was done', async () => {
  const file = newFile();
  let kept = 0;
  for (const commits of [60, 25, 90]) {
    const child = launch({ file, entriesPerCommit: 7, copyAfterPages: 8 });
    await expect.poll(() => child.lines.length).toBeGreaterThan(commits);
    await child.kill();
    await child.ended;
    const done = Number(child.lines.findLast((line) => line.startsWith('done'))?.split(' ')[1]);
    const store = await OpenStore.open({ file });
    const { rooms } = await store.snapshot();
    const query = {
      kind: 'entries',
      room: rooms[0]?.id ?? '',
      from: 1,
      to: 1e9,
      limit: 1e9,
      last: false,
    } as const;
    const finding = await store.query(query);
    await store.close();
    const seqs = finding.kind === 'entries' ? finding.entries.map(({ seq }) => seq) : [];
    expect(seqs.length).toBeGreaterThanOrEqual(done);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(seqs.length).toBeGreaterThan(kept);
    kept = seqs.length;
  }
});

test('[STORE18] a store that is closed while its log is copied leaves no log behind, and all is there', async () => {
  const file = newFile();
  const store = await OpenStore.open({ file, copyAfterPages: 8 });
  const entries = Array.from({ length: 200 }, (_, index) => says(index + 1, 'x'.repeat(1_000)));
  await store.commit([put()]);
  await store.commit([append(0, entries)]);
  await store.close();
  expect(statSync(`${file}-wal`, { throwIfNoEntry: false })).toBeUndefined();
  const again = await OpenStore.open({ file });
  onTestFinished(() => again.close());
  expect((await again.snapshot()).rooms).toMatchObject([{ lastSeq: 200 }]);
});
