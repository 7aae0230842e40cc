import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { temporaryFolder } from '@bothy/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DirectoryWrite } from '../../core/directory-messages.ts';
import { DirectoryStoreModel } from '../../core/testing/directory-store-model.ts';
import { SqliteDirectoryStore } from './index.ts';
import { entries, putSnapshot } from './testing/samples.ts';
import { type StoreProcess, storeProcesses } from './testing/store-processes.ts';

/** A process that starts on a busy machine takes its time. */
const launch = storeProcesses();
const opened: SqliteDirectoryStore[] = [];
let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'directory.sqlite');
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  folder.remove();
});

function open(): SqliteDirectoryStore {
  const store = SqliteDirectoryStore.open({ file });
  opened.push(store);
  return store;
}

/** What `done` was called with. */
function commit(store: SqliteDirectoryStore, ...writes: readonly DirectoryWrite[]): unknown {
  let told: unknown = 'never';
  store.commit(writes, (error) => {
    told = error;
  });
  return told;
}

function doneIn({ lines }: StoreProcess): number {
  return Number(lines.findLast((line) => line.startsWith('done'))?.split(' ')[1] ?? 0);
}

const index = fc.integer({ min: 1, max: 30 });
const write: fc.Arbitrary<DirectoryWrite> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(index, fc.nat(4), fc.nat(9)).map(
      ([from, more, term]): DirectoryWrite => ({
        kind: 'putEntries',
        entries: entries(from, from + more, term),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(index, index, fc.boolean())
      .map(([at, through, all]) => putSnapshot(at, through, all)),
  },
  fc.record({ kind: fc.constant('putVote' as const), term: index, votedFor: fc.constantFrom('a', null) }),
  fc.record({ kind: fc.constant('putYield' as const), to: fc.constantFrom('other', null) }),
  fc.record({
    kind: fc.constant('putDirectory' as const),
    directory: fc.constantFrom('one', 'two'),
    founders: fc.subarray(['a', 'b']),
  }),
);

/** As Raft writes: entries follow what is there, or replace some of it. */
function fits(model: DirectoryStoreModel, each: DirectoryWrite): boolean {
  if (each.kind !== 'putEntries') return true;
  const held = model.snapshot().raft.entries;
  const first = each.entries[0]?.index ?? 0;
  return held.length === 0 || (first >= (held[0]?.index ?? 0) && first <= (held.at(-1)?.index ?? 0) + 1);
}

test('[DR40] a fresh store holds nothing', () => {
  expect(open().load()).toEqual(new DirectoryStoreModel().snapshot());
});

test('[DR40] after any writes the store holds what the model does, also when it is opened anew', () => {
  fc.assert(
    fc.property(fc.array(fc.array(write, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), (commits) => {
      const own = temporaryFolder();
      const path = join(own.path, 'directory.sqlite');
      const model = new DirectoryStoreModel();
      let store = SqliteDirectoryStore.open({ file: path });
      for (const [at, writes] of commits.entries()) {
        const fitting = writes.filter((each) => {
          const isFit = fits(model, each);
          if (isFit) model.write(each);
          return isFit;
        });
        expect(commit(store, ...fitting)).toBeUndefined();
        if (at % 4 === 3) {
          void store.close();
          store = SqliteDirectoryStore.open({ file: path });
        }
        expect(store.load()).toEqual(model.snapshot());
      }
      void store.close();
      own.remove();
    }),
    { numRuns: 25 },
  );
});

test('[DR40, DR43] a commit that fails leaves nothing of it, and nothing is taken after it', async () => {
  const store = open();
  commit(store, { kind: 'putDirectory', directory: 'one', founders: ['a'] });
  const before = store.load();
  const twice = [...entries(1, 2), ...entries(2, 2)];
  const refusal = expect.objectContaining({ code: 'storage_failed' });
  expect(
    commit(store, { kind: 'putVote', term: 9, votedFor: 'a' }, { kind: 'putEntries', entries: twice }),
  ).toEqual(refusal);
  expect(commit(store, { kind: 'putVote', term: 10, votedFor: 'a' })).toEqual(refusal);
  expect(store.load()).toEqual(before);
  await store.close();
  const again = open();
  expect(commit(again, { kind: 'putVote', term: 10, votedFor: 'a' })).toBeUndefined();
  await again.close();
  expect(commit(again, { kind: 'putYield', to: null })).toEqual(refusal);
});

test('[DR41] what was done is there after the process was killed, and every commit is whole', async () => {
  for (const commits of [1, 130, 60]) {
    const child = launch(file);
    await expect.poll(() => child.lines.length).toBeGreaterThan(commits);
    await child.kill();
    await child.ended;
    const done = doneIn(child);
    const store = open();
    const { raft } = store.load();
    const last = raft.entries.at(-1)?.index ?? 0;
    expect(last).toBeGreaterThanOrEqual(done);
    expect(raft.term).toBe(last);
    expect(raft.snapshot?.index ?? 0).toBe(last < 50 ? 0 : Math.floor(last / 50) * 50 - 10);
    await store.close();
  }
});

test('[DR43] a disk that is full is told, and what was before it is there', async () => {
  const child = launch(file, 400);
  await child.ended;
  const done = doneIn(child);
  expect(JSON.parse(child.lines.at(-1) ?? '')).toMatchObject({
    code: 'storage_failed',
    message: expect.stringMatching(/cannot be written \(.+\)\. Free space/),
  });
  expect(open().load().raft.entries.at(-1)?.index).toBe(done);
});

test('[DR42] a file that is no database, or whose content is damaged, is told as such', async () => {
  writeFileSync(file, 'this is no database, and long enough to be told apart from an empty one'.repeat(20));
  const corrupt = { code: 'database_corrupt', message: expect.stringContaining(file) };
  expect(open).toThrow(expect.objectContaining(corrupt));

  file = join(folder.path, 'other.sqlite');
  const store = open();
  commit(store, { kind: 'putEntries', entries: entries(1, 9) });
  await store.close();
  const spoil = (sql: string): void => {
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
  };
  spoil('DELETE FROM entry WHERE place = 4');
  const gap = open();
  expect(() => gap.load()).toThrow(expect.objectContaining({ code: 'database_corrupt' }));
  await gap.close();
  spoil(`UPDATE entry SET content = '{"ki' WHERE place = 9`);
  const garbled = open();
  expect(() => garbled.load()).toThrow(expect.objectContaining({ code: 'database_corrupt' }));
  await garbled.close();
  spoil('PRAGMA user_version = 99');
  expect(open).toThrow(
    expect.objectContaining({ code: 'database_corrupt', message: expect.stringContaining('newer') }),
  );
});

test('[DR17] what a version before wrote is read as it is, and that version refuses what this one wrote', async () => {
  const store = open();
  commit(store, { kind: 'putDirectory', directory: 'one', founders: ['a'] }, putSnapshot(3, 3), {
    kind: 'putEntries',
    entries: entries(4, 9),
  });
  const before = store.load();
  await store.close();
  const version = (set = ''): number => {
    const database = new DatabaseSync(file);
    database.exec(set);
    const [row] = database.prepare('PRAGMA user_version').all();
    database.close();
    return Number(row?.user_version);
  };
  const ours = version();
  version('PRAGMA user_version = 1');
  const again = open();
  expect(again.load()).toEqual(before);
  expect(before.raft.snapshot?.state).not.toHaveProperty('keys');
  await again.close();
  // The version before has one migration, and says of any higher number that the file is of a newer program.
  expect([ours, version()]).toEqual([2, 2]);
});

test('[DR42] a file that somebody has open is refused, and a folder that cannot be written', async () => {
  const child = launch(file);
  await expect.poll(() => doneIn(child)).toBeGreaterThan(0);
  expect(open).toThrow(expect.objectContaining({ code: 'data_directory_unusable' }));
  await child.kill();
  expect(open().load().raft.entries.length).toBeGreaterThan(0);
  writeFileSync(join(folder.path, 'file'), '');
  file = join(folder.path, 'file', 'directory.sqlite');
  expect(open).toThrow(expect.objectContaining({ code: 'data_directory_unusable' }));
});
