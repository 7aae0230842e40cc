import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { generateKeyPair } from '@bothy/identity';
import { nodeClock } from '@bothy/runtime/node';
import { temporaryFolder } from '@bothy/testkit';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../config.ts';
import { loneDirectory } from '../directory/directory-stage.ts';
import { nodeInfo, openLinks } from './cluster.ts';
import { RoomsHost, startingAnew } from './rooms-host.ts';
import { RoomTracing } from './tracing.ts';

async function hostIn(folder: string): Promise<RoomsHost> {
  const log = pino({ enabled: false });
  return new RoomsHost({
    node: 'n1',
    directory: await loneDirectory('n1'),
    folder,
    log,
    clusterLog: log,
    tracing: new RoomTracing(undefined, nodeClock.monoMs),
    sockets: {
      authenticate: async () => ({ ok: false, code: 'unauthorized', message: 'Nobody.' }),
      findPerson: async () => undefined,
    },
  });
}

test('once prepared, the rooms begin in the same turn: no node finds links without rooms, to be sent away', async () => {
  const folder = temporaryFolder();
  const host = await hostIn(folder.path);
  await host.prepare();
  const config = parseConfig({ id: 'n1', cluster: '0' }, {});
  const self = await nodeInfo(config, await generateKeyPair(true), 'http://127.0.0.1:1');
  const links = await openLinks(config, self, host, {});
  onTestFinished(async () => {
    await host.stop();
    await links.stop();
    folder.remove();
  });
  expect(host.ready).toBe(false);
  const begun = host.begin(links, { self: links.self, join: [], defaultRoom: 'Lobby' });
  expect(host.ready).toBe(true);
  await begun;
  // And what the disk had is there.
  await expect.poll(() => host.view?.rooms.map(({ name }) => name)).toEqual(['Lobby']);
});

test('how far people have read is stored at a stop, however soon that comes', async () => {
  const folder = temporaryFolder();
  const host = await hostIn(folder.path);
  const config = parseConfig({ id: 'n1', cluster: '0' }, {});
  const self = await nodeInfo(config, await generateKeyPair(true), 'http://127.0.0.1:1');
  const links = await openLinks(config, self, host, {});
  onTestFinished(async () => {
    await links.stop();
    folder.remove();
  });
  await host.begin(links, { self: links.self, join: [], defaultRoom: '' });
  const actor = { person: 'a'.repeat(32), name: 'ann', verified: true, operator: false };
  const asked = {
    kind: 'create',
    requestId: 'c',
    name: 'Tea',
    description: '',
    visibility: 'public',
  } as const;
  const created = await host.command(actor, asked);
  const room =
    created.ok && 'room' in created.value ? (created.value.room as { readonly id: string }).id : '';
  expect(await host.command(actor, { kind: 'markRead', room, seq: 1 })).toEqual({ ok: true, value: {} });
  const disk = new DatabaseSync(join(folder.path, 'rooms.sqlite'), { readOnly: true });
  onTestFinished(() => disk.close());
  const stored = () => disk.prepare('SELECT read FROM member').all();
  await host.stop();
  expect(stored()).toEqual([{ read: 1 }]);
});

test('a write that the disk refuses ends the rooms: whoever asks meanwhile is told, and they start anew', async () => {
  const folder = temporaryFolder();
  const host = await hostIn(folder.path);
  const config = parseConfig({ id: 'n1', cluster: '0' }, {});
  const self = await nodeInfo(config, await generateKeyPair(true), 'http://127.0.0.1:1');
  const links = await openLinks(config, self, host, {});
  onTestFinished(async () => {
    await host.stop();
    await links.stop();
    folder.remove();
  });
  await host.begin(links, { self: links.self, join: [], defaultRoom: 'Lobby' });
  const actor = { person: 'a'.repeat(32), name: 'ann', verified: true, operator: false };
  const create = (requestId: string) =>
    host.command(actor, { kind: 'create', requestId, name: 'Tea', description: '', visibility: 'public' });
  expect((await create('c-1')).ok).toBe(true);
  // The rooms may be writing.
  const disk = new DatabaseSync(join(folder.path, 'rooms.sqlite'), { timeout: 60_000 });
  onTestFinished(() => disk.close());
  disk.exec(`CREATE TRIGGER refuse BEFORE INSERT ON entry BEGIN SELECT RAISE(FAIL, 'full'); END`);
  // The one that was not written, and one that comes while there are no rooms.
  const answers = [await create('c-2'), await create('c-3')];
  expect(host.ready).toBe(false);
  expect(answers).toEqual([1, 2].map(() => ({ ok: false, code: 'node_unreachable', message: startingAnew })));
  await expect(host.forgetNode('n2')).rejects.toMatchObject({ code: 'node_unreachable' });
  disk.exec('DROP TRIGGER refuse');
  await expect.poll(() => host.ready).toBe(true);
  expect((await create('c-2')).ok).toBe(true);
});

test('a host that was prepared and never began lets go of its files', async () => {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const first = await hostIn(folder.path);
  await first.prepare();
  await first.stop();
  const second = await hostIn(folder.path);
  await second.prepare();
  await second.stop();
});
