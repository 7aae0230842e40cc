/** Alarms in a real room: the core of alarms and the rooms of a node, with nothing in between left out. */
import { generateKeyPair } from '@bothy/identity';
import { nodeClock } from '@bothy/runtime/node';
import { AlarmCore, type AlarmOutput, type Delivery } from '@bothy/telemetry/core';
import { temporaryFolder } from '@bothy/testkit';
import { type Alarm, BothyError, type RoomAnswers, type RoomEntry, type RoomResult } from '@bothy/wire';
import { pino } from 'pino';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../config.ts';
import { loneDirectory } from '../directory/directory-stage.ts';
import { nodeInfo, openLinks } from '../rooms/cluster.ts';
import { RoomsHost } from '../rooms/rooms-host.ts';
import { RoomTracing } from '../rooms/tracing.ts';
import { Attendance } from './notify-attendance.ts';
import { alarmsOf, parseRoomCommand } from './notify-commands.ts';
import { AlarmVoice } from './notify-voice.ts';

const ann = { person: 'a'.repeat(32), name: 'ann', verified: true, operator: false };
const hot = 'edge-1~temperature~temperature_alert_high';
const dry = 'edge-1~humidity~humidity_alert_low';

let rooms: RoomsHost;
let room: string;
let core: AlarmCore;
let voice: AlarmVoice;
let written: number;

beforeEach(async () => {
  written = 0;
  const folder = temporaryFolder();
  const log = pino({ enabled: false });
  rooms = new RoomsHost({
    node: 'hut',
    directory: await loneDirectory('hut'),
    folder: folder.path,
    log,
    clusterLog: log,
    tracing: new RoomTracing(undefined, nodeClock.monoMs),
    sockets: {
      authenticate: async () => ({ ok: false, code: 'unauthorized', message: 'Nobody.' }),
      findPerson: async () => undefined,
    },
  });
  const config = parseConfig({ id: 'hut', cluster: '0' }, {});
  const self = await nodeInfo(config, await generateKeyPair(true), 'http://127.0.0.1:1');
  const links = await openLinks(config, self, rooms, {});
  core = new AlarmCore({ node: 'hut' });
  voice = new AlarmVoice({
    node: 'hut',
    rooms: rooms.voice,
    notifier: () => ({ notify: () => {} }),
    alarmSessions: () => [],
    attendance: new Attendance(() => {}),
    smtp: undefined,
    log,
    desk: async () => ({
      open: () => core.open(),
      isElsewhere: (alarm) => alarm.startsWith('barn-'),
      command: async (alarm, by, command) => {
        const outputs = core.step({ kind: 'command', id: 'c', alarm, by, command }, nodeNow());
        const answer = outputs.find((output) => output.kind === 'answer');
        if (answer === undefined) throw new Error('no answer');
        if (!answer.result.ok) throw new BothyError(answer.result.code, answer.result.message);
        return answer.result.alarm;
      },
    }),
  });
  onTestFinished(async () => {
    voice.stop();
    await rooms.stop();
    await links.stop();
    folder.remove();
  });
  await rooms.begin(links, { self: links.self, join: [], defaultRoom: '' });
  const create = {
    kind: 'create',
    requestId: 'r1',
    name: 'Alarms',
    description: '',
    visibility: 'private',
  } as const;
  room = answerIn<'create'>(await rooms.command(ann, create)).room.id;
});

function nodeNow() {
  return { monoMs: nodeClock.monoMs(), wallMs: nodeClock.wallMs() };
}

function answerIn<K extends keyof RoomAnswers>(result: RoomResult): RoomAnswers[K] {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`);
  return result.value as RoomAnswers[K];
}

function fire(sensor: string, eventType: string, value: number): Alarm {
  const reading = { sensor, node: 'edge-1', value, stampMs: nodeClock.wallMs(), hist: false, unit: '°C' };
  const outputs: readonly AlarmOutput[] = core.step(
    { kind: 'event', event: { ...reading, event: true, eventType } },
    nodeNow(),
  );
  const changed = outputs.find((output) => output.kind === 'changed');
  if (changed === undefined) throw new Error('nothing changed');
  return changed.alarm;
}

function deliveryOf(
  id: string,
  alarms: readonly Alarm[],
  news: 'opened' | 'acknowledged' = 'opened',
): Delivery {
  const lines = alarms.map((alarm) => ({ news, alarm }));
  return { id, route: 'ops', to: { kind: 'room', room }, madeMs: 0, lines, more: [], failures: 0 };
}

async function say(body: string, replyTo?: number): Promise<void> {
  written += 1;
  const message = { kind: 'send', room, messageId: `m${written}`, body } as const;
  answerIn(await rooms.command(ann, replyTo === undefined ? message : { ...message, replyTo }));
}

async function entries(): Promise<readonly RoomEntry[]> {
  return answerIn<'history'>(await rooms.command(ann, { kind: 'history', room, limit: 100 })).entries;
}

/** What the node has said, in order. */
async function said(): Promise<readonly string[]> {
  const all = await entries();
  return all.flatMap(({ author, content }) =>
    author === 'node:hut' && content.kind === 'message' ? (content.body ?? []) : [],
  );
}

test('told in a room, an alarm is acknowledged there by who writes so; it is told once', async () => {
  const alarm = fire('temperature', 'temperature_alert', 34.2);
  expect(await voice.tell(deliveryOf('d1', [alarm]))).toEqual({ ok: true });
  expect(await voice.tell(deliveryOf('d1', [alarm]))).toEqual({ ok: true });
  expect(await said()).toEqual([`🔥 temperature of edge-1 is 34.2 °C, above 30 · /ack ${hot}`]);
  await say('/ack on my way');
  await expect.poll(() => core.get(hot)).toMatchObject({ acknowledged: true, acknowledgedBy: 'ann' });
  expect(core.get(hot)?.notes).toMatchObject([{ by: 'ann', text: 'on my way' }]);
  await expect.poll(said).toHaveLength(2);
  expect((await said()).at(-1)).toBe(`👍 ann acknowledged ${hot}`);
  // The route says so as well; here it would be the second time.
  expect(await voice.tell(deliveryOf('d2', [core.get(hot) ?? alarm], 'acknowledged'))).toEqual({ ok: true });
  expect(await said()).toHaveLength(2);
});

test('a reply means the alarms of what it replies to, an id any alarm', async () => {
  const first = fire('temperature', 'temperature_alert', 34.2);
  await voice.tell(deliveryOf('d1', [first]));
  await voice.tell(deliveryOf('d2', [fire('humidity', 'humidity_alert_low', 20)]));
  const told = (await entries()).find(({ key }) => key === 'd1');
  await say('/shelve 30m cleaning', told?.seq);
  await expect.poll(() => core.get(hot)?.shelvedBy).toBe('ann');
  expect(core.get(dry)?.shelvedBy).toBeUndefined();
  await expect.poll(async () => (await said()).at(-1)).toBe(`💤 ann shelved ${hot} for 30 min`);
  await say(`/ack ${dry}`);
  await expect.poll(() => core.get(dry)?.acknowledged).toBe(true);
  await say('/alarms');
  await expect.poll(async () => (await said()).at(-1)?.split('\n')).toHaveLength(2);
  expect((await said()).at(-1)).toContain(`${dry} (acknowledged by ann)`);
});

test('what was written before, by the node itself, or for another node is no command', async () => {
  fire('temperature', 'temperature_alert', 34.2);
  await say(`/ack ${hot}`);
  const own = fire('humidity', 'humidity_alert_low', 20);
  await voice.tell(deliveryOf('d1', [{ ...own, sentence: 'Fires: x.' }]));
  await rooms.voice.command({ kind: 'send', room, messageId: 'own', body: `/ack ${hot}` });
  await say('/ack barn-1~light~light_low');
  await say('/ack nobody~x~y');
  await expect.poll(async () => (await said()).at(-1)).toBe('There is no alarm nobody~x~y.');
  expect(core.get(hot)?.acknowledged).toBe(false);
  // The two of before, and this one: nothing about what another node keeps.
  expect(await said()).toHaveLength(3);
});

test('a room that no route names any more is left, and hears nothing', async () => {
  const routes = [{ name: 'ops', to: { kind: 'room', room } }] as const;
  voice.routes(routes);
  const isIn = async (): Promise<boolean> =>
    answerIn<'info'>(await rooms.command(ann, { kind: 'info', room })).members.some(
      ({ name }) => name === 'hut',
    );
  await expect.poll(isIn).toBe(true);
  fire('temperature', 'temperature_alert', 34.2);
  await say(`/ack ${hot}`);
  await expect.poll(() => core.get(hot)?.acknowledged).toBe(true);
  voice.routes([]);
  await expect.poll(isIn).toBe(false);
});

test('what a device says of itself names no alarm to acknowledge', () => {
  const line = `🔥 x · /ack trick~x~y more · /ack ${hot}`;
  expect(alarmsOf(`${line}\nand 2 more`)).toEqual([hot]);
});

test('commands say what is wrong with them, and other texts are none', () => {
  expect(parseRoomCommand('hello /ack')).toBeUndefined();
  expect(parseRoomCommand('/acknowledgement')).toBeUndefined();
  expect(parseRoomCommand('/shelve')).toMatchObject({ kind: 'problem' });
  expect(parseRoomCommand('/shelve 31d')).toMatchObject({ kind: 'problem' });
  expect(parseRoomCommand(`  /ack ${hot} ${dry} both seen\n`)).toEqual({
    kind: 'command',
    alarms: [hot, dry],
    command: { name: 'acknowledge', note: 'both seen' },
  });
  expect(parseRoomCommand(`/shelve ${hot} 1h30m`)).toMatchObject({
    command: { name: 'shelve', forMs: 5_400_000 },
  });
  expect(parseRoomCommand('/unshelve')).toEqual({
    kind: 'command',
    alarms: [],
    command: { name: 'unshelve' },
  });
});
