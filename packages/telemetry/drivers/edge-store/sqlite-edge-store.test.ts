import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@bothy/protocols';
import { temporaryFolder } from '@bothy/testkit';
import type { BothyError } from '@bothy/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EdgeSnapshot, EdgeWrite, OutboxItem } from '../../core/index.ts';
import { SqliteEdgeStore } from './sqlite-edge-store.ts';
import { EdgeStoreModel } from './testing/edge-store-model.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let store: SqliteEdgeStore;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'edge.sqlite');
  store = new SqliteEdgeStore(file);
});
afterEach(() => {
  store.close();
  folder.remove();
});

const commit = (writes: readonly EdgeWrite[], to = store): Promise<BothyError | undefined> =>
  new Promise((resolve) => to.commit(writes, (error) => resolve(error as BothyError | undefined)));
const plain = (snapshot: EdgeSnapshot) => ({ ...snapshot, outbox: [...snapshot.outbox] });
const reopen = (): void => {
  store.close();
  store = new SqliteEdgeStore(file);
};
const item = (number: number, more: Partial<OutboxItem> = {}): OutboxItem => ({
  ...{ number, boot: 1, sensor: 'temperature', seq: number, stampMs: 1_000 * number, value: 20, bytes: 150 },
  ...more,
});

test('[TO30] a fresh one is empty', () => {
  expect(plain(store.snapshot())).toEqual({
    ...{ boot: 0, dropped: 0, hasHome: false, told: [], answers: [], commanded: null, lastNumber: 0 },
    ...{ engine: { states: [], detectors: [] }, outbox: [] },
  });
});

test('[TO30] whatever is written, in whatever order, is what a plain model has, also after it was opened again', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = seededRandom(`edge store ${seed}`);
    const model = new EdgeStoreModel(random);
    store.close();
    file = join(folder.path, `${seed}.sqlite`);
    store = new SqliteEdgeStore(file);
    for (let turn = 0; turn < 30; turn++) {
      const writes = model.someWrites();
      expect(await commit(writes)).toBeUndefined();
      model.apply(writes);
      if (random.below(5) === 0) reopen();
      expect(plain(store.snapshot())).toEqual(plain(model.snapshot()));
      const numbers = [...model.numbers(), 999_999];
      expect(store.answer({ kind: 'items', numbers })).toEqual(model.answer({ kind: 'items', numbers }));
    }
  }
});

test('[TO31] one commit is whole or not at all', async () => {
  await commit([{ kind: 'addItem', item: item(1) }]);
  // The number is taken.
  const error = await commit([
    { kind: 'putBoot', boot: 7 },
    { kind: 'addItem', item: item(1) },
  ]);
  expect(error?.code).toBe('storage_failed');
  expect(store.snapshot().boot).toBe(0);
  expect(await commit([{ kind: 'putBoot', boot: 8 }])).toBeUndefined();
  expect(store.snapshot().boot).toBe(8);
});

test('[TO31] a full disk fails the commit with a sentence, and takes the next one once there is space', async () => {
  store.close();
  const program = fileURLToPath(new URL('./testing/full-disk-process.ts', import.meta.url));
  const limit = '--fsize=300000:unlimited';
  const child = spawn('prlimit', [limit, process.execPath, program, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
  const failed = JSON.parse((await lines.next()).value ?? '') as Record<string, unknown>;
  expect(failed.code).toBe('storage_failed');
  expect(failed.message).toMatch(
    /cannot be written \((database or disk is full|disk I\/O error)\)\. Free space/,
  );
  // All that was said to be durable, and nothing else.
  expect(failed.kept).toBe(failed.durable);
  execFileSync('prlimit', [`--pid=${child.pid}`, '--fsize=unlimited']);
  child.stdin.end('go on\n');
  const after = JSON.parse((await lines.next()).value ?? '') as Record<string, unknown>;
  expect(after).toEqual({ durable: Number(failed.durable) + 1, kept: Number(failed.durable) + 1 });
  await once(child, 'exit');
  store = new SqliteEdgeStore(file);
});

test('[TO32] the highest number is remembered when its item is gone', async () => {
  await commit([{ kind: 'addItem', item: item(41) }]);
  await commit([{ kind: 'deleteItems', boot: 1, sensor: 'temperature', upTo: 41 }]);
  reopen();
  expect(store.snapshot().lastNumber).toBe(41);
});

test('[TO33] a second edge on the same folder, a damaged file and one of a later version are told so', () => {
  expect(() => new SqliteEdgeStore(file)).toThrow(/is in use by another edge\. Stop that one first/);
  const damaged = join(folder.path, 'damaged.sqlite');
  writeFileSync(damaged, 'this is no database, but it is long enough to be looked at as if it were one');
  expect(() => new SqliteEdgeStore(damaged)).toThrow(/is damaged or no database/);
  const later = join(folder.path, 'later.sqlite');
  const database = new DatabaseSync(later);
  database.exec('PRAGMA user_version = 99');
  database.close();
  expect(() => new SqliteEdgeStore(later)).toThrow(/was written by a newer version of Bothy/);
});

test('[TO34] what was said to be durable is there after kill -9', async () => {
  store.close();
  const program = fileURLToPath(new URL('./testing/store-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let durable = 0;
  let text = '';
  const enough = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      durable = Number(lines.at(-1) ?? durable);
      if (durable >= 200) resolve();
    });
  });
  const ended = once(child, 'exit');
  await enough;
  child.kill('SIGKILL');
  await ended;
  store = new SqliteEdgeStore(file);
  const numbers = [...store.snapshot().outbox].map(({ number }) => number);
  expect(numbers.length).toBeGreaterThanOrEqual(durable);
  expect(numbers).toEqual(Array.from(numbers, (_, at) => at + 1));
});
