import type { LocalIdentity } from '@bothy/identity';
import { topics } from '@bothy/wire';
import type { MqttClient } from 'mqtt';
import { beforeAll, describe, expect, test } from 'vitest';
import { brokerFixture, inbox, person, type TestBroker } from '../testing/broker-fixture.ts';

const { start, connect, signIn } = brokerFixture();
let ann: LocalIdentity;
let ben: LocalIdentity;
beforeAll(async () => {
  [ann, ben] = await Promise.all([person('ann'), person('ben')]);
});
const annsPresence = (): string => topics.presence('ann', ann.device);

const ways = [
  ['TCP', ({ tcp }: TestBroker) => tcp],
  ['WebSocket', ({ webSocket }: TestBroker) => webSocket],
] as const;

describe.each(ways)('over %s', (_name, url) => {
  test('[BR7] presence is there for who comes later, until it is cleared', async () => {
    const node = await start();
    const annsClient = await signIn(url(node), ann);
    await annsClient.publishAsync(annsPresence(), 'online', { qos: 1, retain: true });
    const bensClient = await signIn(url(node), ben);
    await bensClient.subscribeAsync(topics.presenceOf('ann'), { qos: 1 });
    expect(await inbox(bensClient).first(1)).toEqual([
      { topic: annsPresence(), text: 'online', retain: true },
    ]);
    await annsClient.publishAsync(annsPresence(), '', { qos: 1, retain: true });
    await inbox(bensClient).first(2);
    const late = await connectAndSubscribe(url(node));
    await annsClient.publishAsync(annsPresence(), 'again', { qos: 1 });
    expect((await inbox(late).first(1)).map(({ text }) => text)).toEqual(['again']);
  });

  test('[BR8] a last will is published when the connection breaks, and not after a farewell', async () => {
    const node = await start();
    const will = { topic: annsPresence(), payload: Buffer.from('offline'), qos: 1, retain: true } as const;
    const bensClient = await signIn(url(node), ben);
    await bensClient.subscribeAsync(topics.presenceOf('ann'), { qos: 1 });
    const farewell = await signIn(url(node), ann, { will: { ...will, payload: Buffer.from('not this') } });
    await farewell.endAsync();
    const broken = await signIn(url(node), ann, { will });
    broken.stream.destroy();
    expect((await inbox(bensClient).first(1)).map(({ text }) => text)).toEqual(['offline']);
    const late = await connectAndSubscribe(url(node));
    expect(await inbox(late).first(1)).toMatchObject([{ text: 'offline', retain: true }]);
  });
});

/** A second device of nobody in particular that looks at ann's presence. */
async function connectAndSubscribe(url: string): Promise<MqttClient> {
  const client = await signIn(url, await person('carl'));
  await client.subscribeAsync(topics.presenceOf('ann'), { qos: 1 });
  return client;
}

test('[BR7] a reading and an offer are delivered, and not retained', async () => {
  const node = await start();
  const [guest, watcher] = [await connect(node.tcp), await connect(node.tcp)];
  await watcher.subscribeAsync('env/#', { qos: 1 });
  await guest.publishAsync('env/light/raw', '100', { qos: 1, retain: true });
  await guest.publishAsync('edge/edge-1/status', 'up', { qos: 1, retain: true });
  await inbox(watcher).first(1);
  const late = await connect(node.tcp);
  await late.subscribeAsync(['env/#', 'edge/#'], { qos: 1 });
  expect(await inbox(late).first(1)).toEqual([{ topic: 'edge/edge-1/status', text: 'up', retain: true }]);
});

test('[BR8] a last will that its client may not publish reaches nobody', async () => {
  const node = await start();
  const bensClient = await signIn(node.tcp, ben);
  await bensClient.subscribeAsync([topics.presenceOf('ann'), 'user/ben/#', 'env/#'], { qos: 1 });
  const watched = { qos: 1, retain: true, payload: Buffer.from('forged') } as const;
  const forgers = [
    await connect(node.tcp, { will: { ...watched, topic: 'user/ben/offer' } }),
    await connect(node.tcp, { will: { ...watched, topic: annsPresence() } }),
    await connect(node.tcp, { will: { ...watched, topic: 'env/+/raw' } }),
  ];
  for (const forger of forgers) forger.stream.destroy();
  await expect.poll(() => node.broker.counts.refusedPublishes).toBe(3);
  const guest = await connect(node.tcp);
  await guest.publishAsync('env/light/raw', '100', { qos: 1 });
  expect((await inbox(bensClient).first(1)).map(({ text }) => text)).toEqual(['100']);
});
