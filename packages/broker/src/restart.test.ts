import { rm, writeFile } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { brokerFixture, inbox } from '../testing/broker-fixture.ts';
import { brokerProcesses } from '../testing/broker-processes.ts';
import { BoundedPersistence } from './bounded-persistence.ts';
import { defaultPersistenceLimits } from './persistence-options.ts';
import { SessionJournal } from './session-journal.ts';

const { start, connect } = brokerFixture();
const processes = brokerProcesses();
const { launch, kill } = processes;
let file: string;
beforeEach(() => {
  file = processes.file;
});

const session = { clientId: 'away', clean: false } as const;

test('[BR17] what was acknowledged is delivered after the process was killed, in order, and retained is there', async () => {
  const first = await launch();
  const away = await connect(first.url, session);
  await away.subscribeAsync('env/#', { qos: 1 });
  await away.endAsync();
  const publisher = await connect(first.url);
  await publisher.publishAsync('edge/one/status', 'up', { qos: 1, retain: true });
  const texts = Array.from({ length: 12 }, (_, n) => `${n}`);
  for (const text of texts) await publisher.publishAsync('env/light/raw', text, { qos: 1 });
  await kill(first.process);

  const second = await launch();
  const back = await connect(second.url, session);
  expect((await inbox(back).first(12)).map(({ text }) => text)).toEqual(texts);
  await back.subscribeAsync('edge/#', { qos: 1 });
  expect((await inbox(back).first(13)).at(-1)).toEqual({
    topic: 'edge/one/status',
    text: 'up',
    retain: true,
  });
  await back.endAsync();
});

test('[BR17] a last will that was retained is there after a restart', async () => {
  const first = await start({ file });
  const watcher = await connect(first.tcp);
  await watcher.subscribeAsync('edge/#', { qos: 1 });
  const payload = Buffer.from('gone');
  const will = { topic: 'edge/one/status', payload, qos: 1, retain: true } as const;
  const doomed = await connect(first.tcp, { clientId: 'doomed', will, reconnectPeriod: 0 });
  doomed.stream.destroy();
  expect((await inbox(watcher).first(1))[0]?.text).toBe('gone');
  await first.broker.stop();
  const second = await start({ file });
  const later = await connect(second.tcp);
  await later.subscribeAsync('edge/#', { qos: 1 });
  expect((await inbox(later).first(1))[0]).toEqual({ topic: 'edge/one/status', text: 'gone', retain: true });
});

test('[BR17] what was received before a stop does not come again after it', async () => {
  const first = await start({ file });
  const present = await connect(first.tcp, session);
  await present.subscribeAsync('env/#', { qos: 1 });
  const publisher = await connect(first.tcp);
  await publisher.publishAsync('env/light/raw', 'old', { qos: 1 });
  await inbox(present).first(1);
  // Its farewell comes after its acknowledgement.
  await present.endAsync();
  await first.broker.stop();
  const second = await start({ file });
  const back = await connect(second.tcp, session);
  await (await connect(second.tcp)).publishAsync('env/light/raw', 'new', { qos: 1 });
  const received = await inbox(back).first(1);
  expect(received.at(-1)?.text).toBe('new');
});

test('[BR20] the will of a client that was connected is the next run’s, unless the client came back', async () => {
  const first = await launch();
  for (const id of ['gone', 'back']) {
    const will = { topic: `edge/${id}/status`, payload: Buffer.from('down'), qos: 1, retain: true } as const;
    await connect(first.url, { clientId: id, will });
  }
  await kill(first.process);
  const journal = await SessionJournal.open({ file });
  const persistence = new BoundedPersistence({
    limits: defaultPersistenceLimits,
    sessionExpiryMs: 1_000,
    journal,
    monoMs: () => 0,
    maySubscribe: () => true,
    mayPublish: () => true,
    isConnected: () => false,
    dropped: () => {},
    expired: () => {},
  });
  await persistence.restore(await journal.load());
  persistence.connected('back');
  const wills = await persistence.streamWill().toArray();
  expect(wills).toMatchObject([{ clientId: 'gone', topic: 'edge/gone/status', retain: true }]);
  expect(wills.map((will) => persistence.isOrphanWill(will))).toEqual([true]);
  await persistence.delWill({ id: 'gone' });
  await journal.close();
  const after = await SessionJournal.open({ file });
  expect((await after.load()).filter(({ kind }) => kind === 'will')).toEqual([]);
  await after.close();
});

test('[BR18] a session away too long ends, counted over the runs of the node', async () => {
  let nowMs = 0;
  const options = { file, sessionExpiryMs: 1_000, monoMs: () => nowMs };
  const first = await start(options);
  for (const clientId of ['early', 'late']) {
    const client = await connect(first.tcp, { clientId, clean: false });
    await client.subscribeAsync('env/#', { qos: 1 });
    await client.endAsync();
    await expect.poll(() => first.broker.connectedClients).toBe(0);
    nowMs += 400;
  }
  await (await connect(first.tcp)).publishAsync('env/light/raw', '100', { qos: 1 });
  await first.broker.stop();
  // Another process: its clock starts anywhere.
  nowMs = 50_000_000;
  const second = await start(options);
  await second.broker.sweep();
  expect(second.broker.counts.expiredSessions).toBe(0);
  nowMs += 300;
  const early = await connect(second.tcp, { clientId: 'early', clean: false });
  expect(second.broker.counts.expiredSessions).toBe(1);
  const late = await connect(second.tcp, { clientId: 'late', clean: false });
  expect((await inbox(late).first(1)).map(({ text }) => text)).toEqual(['100']);
  expect(inbox(early).messages).toEqual([]);
});

test('[BR19] a damaged file and a record that is none are told, and the broker does not start', async () => {
  await writeFile(file, 'this is no database, and long enough to be seen as none'.repeat(100));
  await expect(start({ file })).rejects.toMatchObject({ code: 'database_corrupt' });
  await rm(file);
  const journal = await SessionJournal.open({ file });
  journal.put('session', 'x', { clientId: 7 });
  await journal.close();
  await expect(start({ file })).rejects.toMatchObject({
    code: 'database_corrupt',
    message: expect.stringContaining('Move broker.sqlite away'),
  });
});

test('[BR15] a flood is acknowledged, dropped, counted and one line in the log', async () => {
  const rate = { messagesPerSecond: 1, messagesBurst: 2, bytesPerSecond: 1_000, bytesBurst: 1_000 };
  const node = await start({ rate, monoMs: () => 0 });
  const client = await connect(node.tcp);
  for (let n = 0; n < 5; n += 1) await client.publishAsync('env/light/raw', '1', { qos: 1 });
  expect(client.connected).toBe(true);
  expect(node.broker.counts).toMatchObject({ published: 2, hastyPublishes: 3 });
  expect(node.log.filter((line) => line.includes('faster'))).toHaveLength(1);
});
