import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { roomLimits } from '@bothy/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RoomFiles } from './room-files.ts';

const room = 'a2b3c4d5e6f7g2h3i4j5';
const about = { room, name: '../../etc/passwd', type: 'text/plain', person: 'guest:ann' } as const;
const content = Buffer.from('hello');

let folder: { readonly path: string; remove(): void };
let files: RoomFiles;
const openFiles = (maxBytes?: number): Promise<RoomFiles> =>
  RoomFiles.open({ folder: folder.path, wallMs: () => 7, ...(maxBytes === undefined ? {} : { maxBytes }) });
beforeEach(async () => {
  folder = temporaryFolder();
  files = await openFiles();
});
afterEach(async () => {
  await files.close();
  folder.remove();
});

test('a file comes back whole after a restart, whatever its name', async () => {
  const added = await files.add(about, content);
  expect(added).toMatchObject({
    ...about,
    sizeBytes: 5,
    uploadedAt: 7,
    file: expect.stringMatching(/^[a-z2-7]{26}$/),
  });
  await files.close();
  files = await openFiles();
  expect(await files.read(added.file)).toEqual({ about: added, content });
  expect(readdirSync(join(folder.path, 'content'))).toEqual([added.file]);
});

test('what is not there is undefined, and no id leads elsewhere', async () => {
  writeFileSync(join(folder.path, 'secret'), 'x');
  for (const file of ['', '../secret', '../files.sqlite', 'a'.repeat(26)])
    expect(await files.read(file)).toBeUndefined();
});

test('content that a crash left without its row is removed at the next start', async () => {
  const added = await files.add(about, content);
  await files.close();
  writeFileSync(join(folder.path, 'content', 'b'.repeat(26)), 'half a file');
  files = await openFiles();
  expect(readdirSync(join(folder.path, 'content'))).toEqual([added.file]);
});

test('one file and all together are limited, and a deleted room makes place', async () => {
  const large = Buffer.alloc(roomLimits.fileBytes + 1);
  await expect(files.add(about, large)).rejects.toMatchObject({ code: 'payload_too_large' });
  await files.close();
  files = await openFiles(12);
  const kept = await files.add({ ...about, room: 'b2b3c4d5e6f7g2h3i4j5' }, content);
  await files.add(about, content);
  await expect(files.add(about, content)).rejects.toMatchObject({ code: 'limit_reached' });
  await files.removeRoom(room);
  expect(readdirSync(join(folder.path, 'content'))).toEqual([kept.file]);
  expect(await files.add(about, content)).toMatchObject({ sizeBytes: 5 });
});

test('files of a message go, but only those that its author put into that room', async () => {
  const [own, kept] = [await files.add(about, content), await files.add(about, content)];
  const ofOther = await files.add({ ...about, person: 'guest:cat' }, content);
  const elsewhere = await files.add({ ...about, room: 'b2b3c4d5e6f7g2h3i4j5' }, content);
  await files.remove(about, [own.file, ofOther.file, elsewhere.file, '../files.sqlite']);
  expect(readdirSync(join(folder.path, 'content')).sort()).toEqual(
    [kept.file, ofOther.file, elsewhere.file].sort(),
  );
  expect(await files.read(own.file)).toBeUndefined();
});
