import { createServer } from 'node:net';
import { topics } from '@bothy/wire';
import type { MqttClient } from 'mqtt';
import { describe, expect, test } from 'vitest';
import { brokerFixture, inbox, person } from '../testing/broker-fixture.ts';

const { start, connect, signIn } = brokerFixture();

test('[BR13] a stop ends open connections of both kinds, and the port is free again', async () => {
  const node = await start();
  const clients = [
    await connect(node.tcp),
    await connect(node.webSocket),
    await signIn(node.tcp, await person('ann')),
  ];
  const closed = clients.map(
    (client) => new Promise<void>((resolve) => client.once('close', () => resolve())),
  );
  await node.broker.stop();
  await Promise.all(closed);
  // Somebody else on this machine may have been given it meanwhile, for a moment.
  const listens = (): Promise<boolean> => {
    const server = createServer().listen(node.port, '127.0.0.1');
    return new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.once('listening', () => server.close(() => resolve(true)));
    });
  };
  await expect.poll(listens).toBe(true);
});

test('[BR13] a client that does not read what it is sent does not hold it up', async () => {
  const node = await start();
  const [slow, busy] = [await connect(node.tcp), await connect(node.tcp)];
  await slow.subscribeAsync('env/#', { qos: 1 });
  slow.stream.pause();
  // More than socket buffers hold, so that deliveries wait for it.
  for (let n = 0; n < 300; n += 1) busy.publish('env/light/raw', 'x'.repeat(60_000), { qos: 0 });
  await expect.poll(() => node.broker.counts.published).toBeGreaterThan(50);
  await node.broker.stop();
});

describe('a client that does not read', () => {
  const flood = (busy: MqttClient, qos: 0 | 1): void => {
    for (let n = 0; n < 300; n += 1) busy.publish('env/light/raw', 'x'.repeat(60_000), { qos });
  };

  test('[BR14] misses messages of QoS 0, and the others are not held up meanwhile', async () => {
    const node = await start({ slowClientMs: 60_000 });
    const [slow, busy, quick] = [await connect(node.tcp), await connect(node.tcp), await connect(node.tcp)];
    await slow.subscribeAsync('env/#');
    await quick.subscribeAsync('env/humidity/raw');
    slow.stream.pause();
    flood(busy, 0);
    await busy.publishAsync('env/humidity/raw', '40', { qos: 0 });
    expect((await inbox(quick).first(1)).map(({ text }) => text)).toEqual(['40']);
    expect(node.broker.counts.droppedMessages).toBeGreaterThan(0);
    expect([node.broker.connectedClients, node.log]).toEqual([3, []]);
  });

  test('[BR14] is let go at once when too many messages of QoS 1 wait for it', async () => {
    const node = await start({ slowClientMs: 60_000 });
    const [slow, busy, quick] = [await connect(node.tcp), await connect(node.tcp), await connect(node.tcp)];
    await slow.subscribeAsync('env/#', { qos: 1 });
    await quick.subscribeAsync('env/humidity/raw', { qos: 1 });
    slow.stream.pause();
    flood(busy, 1);
    await busy.publishAsync('env/humidity/raw', '40', { qos: 1 });
    expect((await inbox(quick).first(1)).map(({ text }) => text)).toEqual(['40']);
    expect(node.broker.counts.slowClients).toBe(1);
    expect(node.log).toEqual(['connection ended: too many messages wait for it to read']);
  });

  test('[BR14] is let go after the time it has', async () => {
    const node = await start({ slowClientMs: 200 });
    const [slow, busy] = [await connect(node.tcp), await connect(node.tcp)];
    await slow.subscribeAsync('env/#');
    slow.stream.pause();
    flood(busy, 0);
    await expect.poll(() => node.broker.connectedClients).toBe(1);
    expect(node.log).toEqual(['drain timeout']);
  });
});

test('[BR13] last wills reach those that are left, or nothing breaks for want of them', async () => {
  const node = await start();
  const ann = await person('ann');
  const will = {
    topic: topics.presence('ann', ann.device),
    payload: Buffer.from('offline'),
    qos: 1,
  } as const;
  await signIn(node.tcp, ann, { will });
  const guest = await connect(node.tcp);
  await node.broker.stop();
  expect(inbox(guest).messages).toEqual([]);
});

test('[BR13] a second stop is no harm', async () => {
  const node = await start();
  await connect(node.tcp);
  await Promise.all([node.broker.stop(), node.broker.stop()]);
  await node.broker.stop();
});

test('a port in use is told as such, with what to do, and nothing is left listening', async () => {
  const node = await start();
  const other = await start();
  await expect(other.broker.listen('127.0.0.1', node.port)).rejects.toMatchObject({
    code: 'address_in_use',
    message: expect.stringContaining('--mqtt'),
  });
  await expect(other.broker.listen('192.0.2.1', 0)).rejects.toMatchObject({ code: 'configuration_invalid' });
});
