/** What waits, in which order it is answered, and what happens when it is too much. */
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import type { BothyError } from '@bothy/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RoomQuery, RoomWrite } from '../../core/records.ts';
import { put, room, says } from '../../core/testing/store-samples.ts';
import { SqliteRoomStore } from './index.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: SqliteRoomStore;
const failures: BothyError[] = [];
beforeEach(async () => {
  folder = temporaryFolder();
  failures.length = 0;
  const failed = (error: BothyError): void => void failures.push(error);
  store = await SqliteRoomStore.open({ file: join(folder.path, 'rooms.sqlite'), failed, maxQueries: 1_000 });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

function append(seq: number, body?: string): RoomWrite {
  return { kind: 'append', room, epoch: 1, expectedLastSeq: seq - 1, entries: [says(seq, body)] };
}

const all: RoomQuery = { kind: 'entries', room, from: 1, to: 1e9, limit: 1e9, last: false };

test('[STORE14] a query sees every commit that is done, and answers come in the order of asking', async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    store.commit([put()], () => order.push('room'));
    for (let seq = 1; seq <= 20; seq += 1) {
      store.commit([append(seq)], (error) => {
        order.push(`done ${seq} ${error ?? ''}`.trim());
        store.query(all, (finding) => {
          const seen = finding.kind === 'entries' ? finding.entries.length : 0;
          expect(seen).toBeGreaterThanOrEqual(seq);
          order.push(`found ${seq}`);
          if (seq === 20) resolve();
        });
      });
    }
  });
  const numbered = (word: string): string[] =>
    Array.from({ length: 20 }, (_, index) => `${word} ${index + 1}`);
  expect(order.filter((each) => each.startsWith('done'))).toEqual(numbered('done'));
  expect(order.filter((each) => each.startsWith('found'))).toEqual(numbered('found'));
});

test('[STORE14] answers that are large together come in pieces, all and in order', async () => {
  const body = 'y'.repeat(60_000);
  const writes = Array.from({ length: 40 }, (_, index) => append(index + 1, body));
  const answers: number[] = [];
  await new Promise<void>((resolve) => store.commit([put(), ...writes], () => resolve()));
  await new Promise<void>((resolve) => {
    for (let from = 1; from <= 40; from += 1) {
      store.query({ ...all, from } as RoomQuery, (finding) => {
        answers.push(finding.kind === 'entries' ? finding.entries.length : -1);
        if (answers.length === 40) resolve();
      });
    }
  });
  expect(answers).toEqual(Array.from({ length: 40 }, (_, index) => 40 - index));
});

test('[STORE15] more queries than may wait end the store, with one failure, and it can be opened again', async () => {
  let answered = 0;
  for (let count = 0; count < 1_002; count += 1) store.query(all, () => (answered += 1));
  expect(failures).toMatchObject([{ code: 'storage_failed', message: expect.stringContaining('queries') }]);
  const refusals: unknown[] = [];
  store.commit([put()], (error) => refusals.push(error));
  expect(refusals).toEqual(failures);
  expect(answered).toBe(0);
  await store.close();
  store = await SqliteRoomStore.open({ file: join(folder.path, 'rooms.sqlite') });
  expect((await store.load()).fresh).toBe(true);
});

test('[STORE15] more commits than may wait are refused', async () => {
  const outcomes: unknown[] = [];
  await new Promise<void>((resolve) => {
    const done = (error: unknown): void => {
      outcomes.push(error);
      if (outcomes.length === 1_001) resolve();
    };
    for (let count = 0; count < 1_001; count += 1) store.commit([put()], done);
  });
  // The one too many is told at once.
  expect(outcomes[0]).toMatchObject({ code: 'storage_failed', message: expect.stringContaining('commits') });
  expect(outcomes.slice(1).every((error) => error === undefined)).toBe(true);
});

test('[STORE15] a close waits for what was committed, and is no failure', async () => {
  const outcomes: unknown[] = [];
  store.query(all, (finding) => outcomes.push(finding));
  store.commit([put(), append(1)], (error) => outcomes.push(error));
  const closing = store.close();
  store.commit([append(2)], (error) => outcomes.push(error));
  const closed = expect.objectContaining({ code: 'storage_failed', message: 'The rooms are closed.' });
  expect(outcomes).toEqual([closed]);
  await closing;
  expect(outcomes).toEqual([closed, undefined]);
  expect(failures).toEqual([]);
  store.commit([append(2)], (error) => outcomes.push(error));
  expect(outcomes[2]).toMatchObject({ code: 'storage_failed' });
  await expect(store.load()).rejects.toMatchObject({ code: 'storage_failed' });
});
