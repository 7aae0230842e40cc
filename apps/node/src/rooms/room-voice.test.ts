import { generateKeyPair } from '@bothy/identity';
import { nodeClock } from '@bothy/runtime/node';
import { temporaryFolder } from '@bothy/testkit';
import type { RoomAnswers, RoomCommand, RoomResult } from '@bothy/wire';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../config.ts';
import { loneDirectory } from '../directory/directory-stage.ts';
import { nodeInfo, openLinks } from './cluster.ts';
import { RoomsHost } from './rooms-host.ts';
import { RoomTracing } from './tracing.ts';

const ann = { person: 'a'.repeat(32), name: 'ann', verified: true, operator: false };

async function openHost(): Promise<{ readonly host: RoomsHost; readonly room: string }> {
  const folder = temporaryFolder();
  const log = pino({ enabled: false });
  const host = new RoomsHost({
    node: 'n1',
    directory: await loneDirectory('n1'),
    folder: folder.path,
    log,
    clusterLog: log,
    tracing: new RoomTracing(undefined, nodeClock.monoMs),
    sockets: {
      authenticate: async () => ({ ok: false, code: 'unauthorized', message: 'Nobody.' }),
      findPerson: async () => undefined,
    },
  });
  const config = parseConfig({ id: 'n1', cluster: '0' }, {});
  const self = await nodeInfo(config, await generateKeyPair(true), 'http://127.0.0.1:1');
  const links = await openLinks(config, self, host, {});
  onTestFinished(async () => {
    await host.stop();
    await links.stop();
    folder.remove();
  });
  await host.begin(links, { self: links.self, join: [], defaultRoom: '' });
  const create = {
    kind: 'create',
    requestId: 'r1',
    name: 'Alarms',
    description: '',
    visibility: 'private',
  } as const;
  const made = answerIn<'create'>(await host.command(ann, create));
  return { host, room: made.room.id };
}

function answerIn<K extends keyof RoomAnswers>(result: RoomResult): RoomAnswers[K] {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`);
  return result.value as RoomAnswers[K];
}

test('the node joins a private room, writes as itself, and hears what is written from then on', async () => {
  const { host, room } = await openHost();
  const heard: string[] = [];
  host.voice.onEntries((_room, entries) => {
    for (const { name, content } of entries)
      heard.push(`${name} ${content.kind === 'message' ? content.body : content.kind}`);
  });
  const say = async (messageId: string, body: string): Promise<unknown> =>
    await host.command(ann, { kind: 'send', room, messageId, body });
  await say('m1', 'before');
  const post: RoomCommand = { kind: 'send', room, messageId: 'd1', body: 'alarm' };
  expect(await host.voice.command(post)).toMatchObject({ ok: false });
  expect(await host.voice.command({ kind: 'join', requestId: 'j1', room, limit: 0 })).toMatchObject({
    ok: true,
  });
  const first = answerIn<'send'>(await host.voice.command(post));
  const second = answerIn<'send'>(await host.voice.command(post));
  expect([first.duplicate, second.duplicate, second.seq]).toEqual([false, true, first.seq]);
  await say('m2', '/ack');
  await expect.poll(() => heard.at(-1)).toBe('ann /ack');
  expect(heard).not.toContain('ann before');
  const { members } = answerIn<'info'>(await host.command(ann, { kind: 'info', room }));
  expect(members.map(({ name, presence }) => `${name} ${presence}`)).toContain('n1 online');
});
