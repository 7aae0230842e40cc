/** QoS 2 over a broker that is killed in the middle of its handshakes (MQTT 3.1.1, section 4.3.3). */
import type { Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { brokerProcesses } from '../testing/broker-processes.ts';
import { type RawClient, rawClient } from '../testing/raw-client.ts';
import { BoundedPersistence } from './bounded-persistence.ts';
import { defaultPersistenceLimits } from './persistence-options.ts';
import { SessionJournal } from './session-journal.ts';

const processes = brokerProcesses();
const { launch, kill } = processes;

const publish = (text: string, dup = false): Packet => {
  const header = { cmd: 'publish', topic: 'env/light/raw', qos: 2, retain: false } as const;
  return { ...header, dup, messageId: 7, payload: Buffer.from(text) };
};

async function subscriber(port: number): Promise<RawClient> {
  const client = await rawClient(port, 'reader');
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'env/#', qos: 2 }] });
  expect(await client.next()).toMatchObject({ cmd: 'suback', granted: [2] });
  return client;
}

/** Answers as a receiver of QoS 2 does, until this text is delivered; what was delivered so far. */
async function receiveUntil(client: RawClient, last: string): Promise<string[]> {
  const texts: string[] = [];
  while (texts.at(-1) !== last) {
    const packet = await client.next();
    if (packet.cmd === 'publish') {
      texts.push(packet.payload.toString());
      client.send({ cmd: 'pubrec', messageId: packet.messageId ?? 0 });
    } else if (packet.cmd === 'pubrel') {
      client.send({ cmd: 'pubcomp', messageId: packet.messageId ?? 0 });
    }
  }
  return texts;
}

test('[BR24] sent again after the broker was killed behind PUBREC, a message is delivered once', async () => {
  const first = await launch();
  (await subscriber(first.port)).cut();
  const writer = await rawClient(first.port, 'writer');
  writer.send(publish('once'));
  expect(await writer.next()).toMatchObject({ cmd: 'pubrec', messageId: 7 });
  await kill(first.process);

  const second = await launch();
  const again = await rawClient(second.port, 'writer');
  again.send(publish('once', true));
  expect(await again.next()).toMatchObject({ cmd: 'pubrec', messageId: 7 });
  again.send({ cmd: 'pubrel', messageId: 7 });
  expect(await again.next()).toMatchObject({ cmd: 'pubcomp', messageId: 7 });
  // The number is free for another message now.
  again.send(publish('and another'));
  expect(await again.next()).toMatchObject({ cmd: 'pubrec', messageId: 7 });
  const reader = await rawClient(second.port, 'reader');
  expect(await receiveUntil(reader, 'and another')).toEqual(['once', 'and another']);
});

test('[BR24] a message that was delivered and confirmed is only released after the broker was killed', async () => {
  const first = await launch();
  const reader = await subscriber(first.port);
  const writer = await rawClient(first.port, 'writer');
  writer.send(publish('once'));
  await writer.next();
  const delivered = await reader.next();
  if (delivered.cmd !== 'publish') throw new Error(`a ${delivered.cmd} instead of a message`);
  reader.send({ cmd: 'pubrec', messageId: delivered.messageId ?? 0 });
  expect(await reader.next()).toMatchObject({ cmd: 'pubrel', messageId: delivered.messageId ?? 0 });
  await kill(first.process);

  const second = await launch();
  const back = await rawClient(second.port, 'reader');
  expect(await back.next()).toMatchObject({ cmd: 'pubrel', messageId: delivered.messageId ?? 0 });
  back.send({ cmd: 'pubcomp', messageId: delivered.messageId ?? 0 });
  (await rawClient(second.port, 'another writer')).send(publish('later'));
  expect(await receiveUntil(back, 'later')).toEqual(['later']);
});

test('[BR24] a message that was delivered and not confirmed comes again under its number', async () => {
  const first = await launch();
  const reader = await subscriber(first.port);
  const writer = await rawClient(first.port, 'writer');
  writer.send(publish('once'));
  await writer.next();
  const delivered = await reader.next();
  await kill(first.process);

  const second = await launch();
  const back = await rawClient(second.port, 'reader');
  const again = await back.next();
  expect(again).toMatchObject({ cmd: 'publish', payload: Buffer.from('once') });
  expect('messageId' in delivered && 'messageId' in again && again.messageId).toBe(
    'messageId' in delivered && delivered.messageId,
  );
});

test('[BR24] that a message was received and for whom it waits is one write', async () => {
  const journal = await SessionJournal.open({ file: processes.file });
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
  await persistence.addSubscriptions({ id: 'reader' }, [{ topic: 'env/#', qos: 2 }]);
  const sent = {
    cmd: 'publish',
    topic: 'env/light/raw',
    qos: 2,
    retain: false,
    dup: false,
    messageId: 7,
  } as const;
  const packet = { ...sent, payload: Buffer.from('once'), brokerId: 'b', brokerCounter: 1 };
  persistence.acceptWhenReceived(packet);
  await persistence.incomingStorePacket({ id: 'writer' }, packet);
  // What another process would find if this one ended here.
  const found = await SessionJournal.open({ file: processes.file });
  const kinds = (await found.load()).map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['incoming', 'waiting']));
  // Aedes enqueues it afterwards as well.
  await persistence.outgoingEnqueueCombi([{ clientId: 'reader' }], packet);
  expect(await persistence.outgoingStream({ id: 'reader' }).toArray()).toHaveLength(1);
  await Promise.all([found.close(), journal.close()]);
});
