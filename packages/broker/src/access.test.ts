import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import type { LocalIdentity } from '@bothy/identity';
import { limits, topics } from '@bothy/wire';
import { beforeAll, describe, expect, test } from 'vitest';
import { brokerFixture, inbox, person, type TestBroker } from '../testing/broker-fixture.ts';
import { defaultPersistenceLimits } from './persistence-options.ts';

const { start, connect, signIn } = brokerFixture();
let ann: LocalIdentity;
let ben: LocalIdentity;
beforeAll(async () => {
  [ann, ben] = await Promise.all([person('ann'), person('ben')]);
});

const ways = [
  ['TCP', ({ tcp }: TestBroker) => tcp],
  ['WebSocket', ({ webSocket }: TestBroker) => webSocket],
] as const;

describe.each(ways)('over %s', (_name, url) => {
  test('[BR5] people signal each other, and a refused publish is acknowledged and reaches nobody', async () => {
    const node = await start();
    const [annsClient, bensClient] = [await signIn(url(node), ann), await signIn(url(node), ben)];
    await bensClient.subscribeAsync([topics.allOf('ben'), topics.presenceOf('ann')], { qos: 1 });
    const received = inbox(bensClient);
    // Each resolves with the acknowledgement.
    await annsClient.publishAsync(topics.presence('ann', ben.device), 'not my device', { qos: 1 });
    await annsClient.publishAsync('user/ben/other', 'no such topic', { qos: 2 });
    await annsClient.publishAsync(topics.presence('ben', ben.device), 'not me', { qos: 1, retain: true });
    await annsClient.publishAsync('env/temperature/raw', 'no edge', { qos: 0 });
    await annsClient.publishAsync(topics.signalling('ben', 'offer'), 'hello', { qos: 1 });
    expect(await received.first(1)).toEqual([{ topic: 'user/ben/offer', text: 'hello', retain: false }]);
    expect(annsClient.connected).toBe(true);
    expect(node.broker.counts).toMatchObject({ refusedPublishes: 4, published: 1 });
    expect(node.log.filter((line) => line.includes('refused'))).toHaveLength(4);
  });

  test('[BR6] a refused subscription is answered with 128, and those beside it are granted', async () => {
    const node = await start();
    const client = await signIn(url(node), ann);
    const granted = new Promise((resolve) => {
      client.on('packetreceive', (packet) => packet.cmd === 'suback' && resolve(packet.granted));
    });
    const asked = client.subscribeAsync(['user/ben/offer', 'user/ann/#', '#', 'user/+/presence/#'], {
      qos: 1,
    });
    await expect(asked).rejects.toThrow();
    expect(await granted).toEqual([128, 1, 128, 128]);
    expect(client.connected).toBe(true);
    expect(node.broker.counts.refusedSubscribes).toBe(3);
  });

  test('[BR10] a payload of 64 KiB passes, and a larger one is acknowledged and dropped', async () => {
    const node = await start();
    const [annsClient, bensClient] = [await signIn(url(node), ann), await signIn(url(node), ben)];
    await bensClient.subscribeAsync(topics.allOf('ben'), { qos: 1 });
    const received = inbox(bensClient);
    const offer = topics.signalling('ben', 'offer');
    await annsClient.publishAsync(offer, 'x'.repeat(limits.envelopeBytes + 1), { qos: 1 });
    await annsClient.publishAsync(offer, 'x'.repeat(limits.envelopeBytes), { qos: 1 });
    expect((await received.first(1)).map(({ text }) => text.length)).toEqual([limits.envelopeBytes]);
    expect(node.broker.counts).toMatchObject({ oversizedPublishes: 1, refusedPublishes: 0, published: 1 });
    expect(annsClient.connected).toBe(true);
  });

  test('[BR12] a packet that announces more than 128 KiB ends the connection, and the node goes on', async () => {
    const node = await start();
    const client = await connect(url(node));
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.publish('env/temperature/raw', 'x'.repeat(2 * limits.envelopeBytes + 1));
    await closed;
    expect(node.broker.counts).toMatchObject({ oversizedPackets: 1, oversizedPublishes: 0, published: 0 });
    expect(node.log.at(-1)).toContain('announced more than');
    expect((await connect(url(node))).connected).toBe(true);
  });
});

test('[BR12] one that has not signed in cannot announce more either', async () => {
  const node = await start();
  const socket = connectSocket(node.port, '127.0.0.1');
  const closed = once(socket, 'close');
  socket.on('error', () => {});
  // CONNECT, and the greatest remaining length there is.
  socket.write(Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0x7f));
  await closed;
  expect(node.broker.counts.oversizedPackets).toBe(1);
});

test.each([
  ['deep', `env/${'a/'.repeat(20)}a`],
  ['long', `env/${'a'.repeat(300)}`],
])(
  '[BR5, BR6] a topic that is too %s is refused like another, without ending the connection',
  async (_, topic) => {
    const node = await start();
    const guest = await connect(node.tcp);
    await guest.publishAsync(topic, 'x', { qos: 1 });
    await expect(guest.subscribeAsync(topic)).rejects.toThrow();
    expect(guest.connected).toBe(true);
    expect(node.broker.counts).toMatchObject({ refusedPublishes: 1, refusedSubscribes: 1 });
  },
);

test('[BR6] what a refused filter matches is not kept for a session that comes back', async () => {
  const node = await start({ limits: { ...defaultPersistenceLimits, messagesPerSession: 2 } });
  const carl = await person('carl');
  const [annsClient, bensClient] = [await signIn(node.tcp, ann), await signIn(node.tcp, ben)];
  const first = await signIn(node.tcp, carl, { clean: false });
  await expect(first.subscribeAsync(['user/carl/#', 'user/ben/offer'], { qos: 1 })).rejects.toThrow();
  await first.endAsync();
  await bensClient.subscribeAsync('user/ben/#', { qos: 1 });
  for (const text of ['for ben alone', 'again', 'and again']) {
    await annsClient.publishAsync('user/ben/offer', text, { qos: 1 });
  }
  await annsClient.publishAsync('user/carl/offer', 'for carl', { qos: 1 });

  const again = await signIn(node.tcp, carl, { clean: false });
  const received = inbox(again);
  await annsClient.publishAsync('user/carl/answer', 'and more', { qos: 1 });
  expect((await received.first(2)).map(({ text }) => text)).toEqual(['for carl', 'and more']);
  expect(node.broker.counts.droppedMessages).toBe(0);
});

test('[BR5] a guest publishes readings, and neither signals nor speaks for an enrolled edge', async () => {
  const node = await start({ access: { isEnrolledEdge: (id) => id === 'edge-1' } });
  const [guest, watcher] = [await connect(node.tcp), await connect(node.webSocket)];
  await watcher.subscribeAsync(['env/#', 'edge/#'], { qos: 1 });
  const received = inbox(watcher);
  await guest.publishAsync('edge/edge-1/status', 'forged', { qos: 1 });
  await guest.publishAsync('user/ann/offer', 'forged', { qos: 1 });
  await guest.publishAsync('$SYS/forged', 'forged', { qos: 1 });
  await guest.publishAsync('env/temperature/raw', '21', { qos: 1 });
  await guest.publishAsync('edge/other/status', 'up', { qos: 1 });
  expect((await received.first(2)).map(({ text }) => text)).toEqual(['21', 'up']);
  expect(node.broker.counts.refusedPublishes).toBe(3);
});
