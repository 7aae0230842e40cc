/** QoS 1 is forwarded at once; who published it is told when it is safe. */
import type { Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { brokerProcesses } from '../testing/broker-processes.ts';
import { type RawClient, rawClient } from '../testing/raw-client.ts';
import { SessionJournal } from './session-journal.ts';

const processes = brokerProcesses();
const { launch, kill } = processes;

function publish(messageId: number, topic: string): Packet {
  const payload = Buffer.from(`${messageId}`);
  return { cmd: 'publish', topic, qos: 1, retain: false, dup: false, messageId, payload };
}

async function subscriber(port: number, clientId: string): Promise<RawClient> {
  const client = await rawClient(port, clientId);
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'env/light/raw', qos: 1 }] });
  expect(await client.next()).toMatchObject({ cmd: 'suback', granted: [1] });
  return client;
}

test('[BR17] what its receiver leaves unacknowledged is on the disk when its publisher is told', async () => {
  const first = await launch();
  const reader = await subscriber(first.port, 'reader');
  const writer = await rawClient(first.port, 'writer');
  writer.send(publish(7, 'env/light/raw'));
  expect(await reader.next()).toMatchObject({ cmd: 'publish' });
  expect(await writer.next()).toMatchObject({ cmd: 'puback', messageId: 7 });
  await kill(first.process);

  const second = await launch();
  const back = await rawClient(second.port, 'reader');
  expect(await back.next()).toMatchObject({ cmd: 'publish', payload: Buffer.from('7') });
});

test('[BR26] a message is forwarded before its acknowledgement, and acknowledgements keep the order of the messages', async () => {
  const { port } = await launch();
  const reader = await subscriber(port, 'reader');
  const writer = await rawClient(port, 'writer');
  // The first waits for the reader or the disk, the second for nobody.
  writer.send(publish(7, 'env/light/raw'));
  writer.send(publish(8, 'env/humidity/raw'));
  expect(await reader.next()).toMatchObject({ cmd: 'publish', payload: Buffer.from('7') });
  expect([await writer.next(), await writer.next()]).toMatchObject([
    { cmd: 'puback', messageId: 7 },
    { cmd: 'puback', messageId: 8 },
  ]);
});

test('[BR26] two that publish to each other before they read are both acknowledged', async () => {
  const { port } = await launch();
  const both = [await subscriber(port, 'one'), await subscriber(port, 'other')];
  for (const client of both) client.send(publish(7, 'env/light/raw'));
  for (const client of both) {
    const received = [await client.next(), await client.next(), await client.next()];
    expect(received.map(({ cmd }) => cmd).sort()).toEqual(['puback', 'publish', 'publish']);
  }
});

test('[BR26] what is removed at once never comes to the disk, and all else does', async () => {
  const journal = await SessionJournal.open({ file: processes.file });
  const text = new TextEncoder().encode('text');
  const taken = journal.putUnlessRemoved('waiting', 'taken', {}, text);
  journal.remove('waiting', 'taken');
  await taken;
  await journal.putUnlessRemoved('waiting', 'left', {}, text);
  // A later version goes before one that was to wait.
  const older = journal.putUnlessRemoved('waiting', 'changed', { version: 1 }, text);
  journal.put('waiting', 'changed', { version: 2 });
  await older;
  void journal.putUnlessRemoved('waiting', 'at the end', {}, text);
  await journal.close();

  const later = await SessionJournal.open({ file: processes.file });
  const kept = (await later.load()).map(({ key, header }) => [key, header]);
  expect(kept).toEqual([
    ['at the end', '{}'],
    ['changed', '{"version":2}'],
    ['left', '{}'],
  ]);
  await later.close();
});

test('[BR37] that a message was sent before is between its publisher and the broker', async () => {
  const { port } = await launch();
  const reader = await subscriber(port, 'reader');
  const writer = await rawClient(port, 'writer');
  writer.send({ ...publish(7, 'env/light/raw'), dup: true } as Packet);
  expect(await reader.next()).toMatchObject({ cmd: 'publish', payload: Buffer.from('7'), dup: false });
  expect(await writer.next()).toMatchObject({ cmd: 'puback', messageId: 7 });
});
