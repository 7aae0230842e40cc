import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createIdentity } from '@bothy/identity';
import { RoomFiles, SqliteWebhooks } from '@bothy/store';
import { temporaryFolder } from '@bothy/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { RoomClient } from '../../testing/room-client.ts';
import { nodeFixture, signIn } from '../../testing/running-node.ts';
import { RoomLeftovers } from './room-leftovers.ts';

const nodes = nodeFixture();

test('files and webhooks go with their room, also when the node ended before they were removed', async () => {
  const data = nodes.folder();
  const node = await nodes.start({ data });
  const contents = (): string[] => readdirSync(join(data, 'files', 'content'));
  const ann = await createIdentity({ name: 'ann', issuedAt: Date.now() });
  const { token = '' } = (await signIn(node, ann)).body;
  const client = await RoomClient.open(node, { token });
  const made = async (requestId: string): Promise<string> => {
    const { room } = await client.call('room.create', { requestId, name: 'Hut' });
    return (room as { id: string }).id;
  };
  const post = async (path: string, type: string, body: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    const answer = await fetch(`${node.webUrl}/api/v1/rooms/${path}`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    return await answer.json();
  };
  const [room, other] = [await made('c-1'), await made('c-2')];
  await post(`${room}/files?name=plan.txt`, 'text/plain', 'upper hut');
  const { file: kept } = await post(`${other}/files?name=plan.txt`, 'text/plain', 'lower hut');
  const { url } = await post(`${room}/webhooks`, 'application/json', '{"label":"Alarm"}');
  const { url: keptUrl } = await post(`${other}/webhooks`, 'application/json', '{"label":"Alarm"}');
  expect(contents()).toHaveLength(2);

  await client.call('room.delete', { requestId: 'd-1', room });
  await expect.poll(contents).toEqual([kept]);
  const ring = async (address: string): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(address, { method: 'POST', headers, body: '{"text":"Fire"}' })).status;
  };
  await expect.poll(() => ring(url)).toBe(404);
  expect(await ring(keptUrl)).toBe(200);

  await node.stop();
  const files = await RoomFiles.open({ folder: join(data, 'files'), wallMs: Date.now });
  await files.add({ room, name: 'late.txt', type: 'text/plain', person: ann.person }, Buffer.from('late'));
  await files.close();
  expect(contents()).toHaveLength(2);
  await nodes.start({ data });
  await expect.poll(contents).toEqual([kept]);
});

test('one removal that fails is told, and the next is done', async () => {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const files = await RoomFiles.open({ folder: join(folder.path, 'files'), wallMs: () => 1 });
  const webhooks = await SqliteWebhooks.open({ file: join(folder.path, 'webhooks.sqlite'), wallMs: () => 1 });
  const [bad, good] = ['a2b3c4d5e6f7g2h3i4j5', 'b2b3c4d5e6f7g2h3i4j5'];
  const add = async (room: string): Promise<string> =>
    (await files.add({ room, name: 'x', type: 'text/plain', person: 'guest:ann' }, Buffer.from('x'))).file;
  const stays = await add(bad);
  await add(good);
  const full = new Error('the disk is full');
  const failed: unknown[] = [];
  const leftovers = new RoomLeftovers({
    files: {
      rooms: () => files.rooms(),
      removeRoom: (room) => (room === bad ? Promise.reject(full) : files.removeRoom(room)),
      remove: (about, gone) => files.remove(about, gone),
    },
    webhooks,
    failed: (error) => failed.push(error),
  });
  leftovers.deleted([bad]);
  leftovers.deleted([good]);
  await leftovers.idle();
  expect(failed).toEqual([full]);
  expect(readdirSync(join(folder.path, 'files', 'content'))).toEqual([stays]);
  await Promise.all([files.close(), webhooks.close()]);
});

test('a file goes with its message, and nobody takes away the file of somebody else', async () => {
  const data = nodes.folder();
  const node = await nodes.start({ data });
  const contents = (): string[] => readdirSync(join(data, 'files', 'content'));
  const enter = async (name: string) => {
    const { token = '' } = (await signIn(node, await createIdentity({ name, issuedAt: Date.now() }))).body;
    return { token, client: await RoomClient.open(node, { token }) };
  };
  const [ann, ben] = [await enter('ann'), await enter('ben')];
  const made = await ann.client.call('room.create', { requestId: 'c-1', name: 'Hut' });
  const { id: room } = made.room as { id: string };
  await ben.client.call('room.join', { requestId: 'j-1', room });
  const put = async () => {
    const headers = { authorization: `Bearer ${ann.token}`, 'content-type': 'text/plain' };
    const url = `${node.webUrl}/api/v1/rooms/${room}/files?name=plan.txt`;
    return await (await fetch(url, { method: 'POST', headers, body: 'upper hut' })).json();
  };
  const [one, other] = [await put(), await put()];
  const send = async (client: RoomClient, messageId: string, attachments: readonly unknown[]) =>
    (await client.call('room.send', { room, messageId, body: '', attachments })).seq as number;
  const ofAnn = await send(ann.client, 'm-1', [one]);
  const ofBen = await send(ben.client, 'm-2', [one, other]);
  await ben.client.call('room.redact', { requestId: 'r-1', room, target: ofBen });
  await ann.client.call('room.redact', { requestId: 'r-2', room, target: ofAnn });
  // One removal comes after the other: Ben's has been carried out too.
  await expect.poll(contents).toEqual([other.file]);
  const { entries } = await ben.client.call('room.history', { room });
  expect(JSON.stringify(entries)).not.toContain(one.file);
});
