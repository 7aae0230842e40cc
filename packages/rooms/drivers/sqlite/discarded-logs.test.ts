/** Logs that no room has any more: gone at once for who asks, and little by little from the disk. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RoomWrite } from '../../core/records.ts';
import { otherRoom, put, room, says } from '../../core/testing/store-samples.ts';
import { OpenStore } from './testing/open-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: OpenStore;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await OpenStore.open({ file: join(folder.path, 'rooms.sqlite') });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const count = 2_000;

function fill(id: string): RoomWrite[] {
  const entries = Array.from({ length: count }, (_, index) => says(index + 1));
  return [put({ id }), { kind: 'append', room: id, epoch: 1, expectedLastSeq: 0, entries }];
}

/** Entries on the disk, as somebody sees who looks into the file. */
function onDisk(): number {
  const reader = new DatabaseSync(join(folder.path, 'rooms.sqlite'), { readOnly: true });
  try {
    return Number(reader.prepare('SELECT count(*) AS entries FROM entry').get()?.entries);
  } finally {
    reader.close();
  }
}

async function found(id: string): Promise<number> {
  const query = { kind: 'entries', room: id, from: 1, to: 1e9, limit: 1e9, last: false } as const;
  const finding = await store.query(query);
  return finding.kind === 'entries' ? finding.entries.length : -1;
}

test('[STORE16] a deleted log is not found any more, and leaves the disk; others stay', async () => {
  await store.commit([...fill(room), ...fill(otherRoom)]);
  await store.commit([{ kind: 'deleteRoom', room, epoch: 1 }]);
  expect(await found(room)).toBe(0);
  await expect.poll(onDisk).toBe(count);
  expect(await found(otherRoom)).toBe(count);
});

test('[STORE16] a copy that starts anew keeps its new log, and a restart goes on removing the old one', async () => {
  await store.commit(fill(room));
  await store.commit([
    { kind: 'clearCopy', room },
    { kind: 'deleteRoom', room: otherRoom, epoch: 1 },
  ]);
  await store.commit(fill(room).slice(1));
  await store.reopen();
  await expect.poll(onDisk).toBe(count);
  expect(await found(room)).toBe(count);
});
