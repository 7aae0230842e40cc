import { generateKeyPair } from '@bothy/identity';
import { nodeClock } from '@bothy/runtime/node';
import { temporaryFolder } from '@bothy/testkit';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../config.ts';
import { nodeInfo, openLinks } from './cluster.ts';
import { RoomsHost } from './rooms-host.ts';
import { RoomTracing } from './tracing.ts';

function hostIn(folder: string): RoomsHost {
  const log = pino({ enabled: false });
  return new RoomsHost({
    node: 'n1',
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
  const host = hostIn(folder.path);
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

test('a host that was prepared and never began lets go of its files', async () => {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const first = hostIn(folder.path);
  await first.prepare();
  await first.stop();
  const second = hostIn(folder.path);
  await second.prepare();
  await second.stop();
});
