import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalIdentity } from '@bothy/identity';
import { temporaryFolder } from '@bothy/testkit';
import { topics } from '@bothy/wire';
import { beforeAll, expect, test } from 'vitest';
import { bridgedBrokers } from '../../testing/bridged-brokers.ts';
import { brokerFixture, inbox, person } from '../../testing/broker-fixture.ts';

const { start, connect, signIn } = brokerFixture();
let ann: LocalIdentity;
let ben: LocalIdentity;
beforeAll(async () => {
  [ann, ben] = await Promise.all([person('ann'), person('ben')]);
});
const annsPresence = (): string => topics.presence('ann', ann.device);

/** The text of a presence; its signature is the affair of who reads it. */
function presence(connection: number, online: boolean, boot = '00000001'): string {
  const { person, device, name } = ann;
  const from = { person, device, name };
  return JSON.stringify({
    v: 1,
    from,
    boot: `${boot}.aaaaaaaaaaaaa`,
    connection,
    online,
    sentAt: 1,
    certificate: 'c',
    sig: 's',
  });
}

function willOf(connection: number) {
  return {
    topic: annsPresence(),
    payload: Buffer.from(presence(connection, false)),
    qos: 1,
    retain: true,
  } as const;
}

async function three() {
  const cluster = bridgedBrokers(start);
  const [a, b, c] = [await cluster.start('a'), await cluster.start('b'), await cluster.start('c')];
  cluster.joinAll();
  return { cluster, a, b, c };
}

test.each([0, 1, 2] as const)(
  '[BG1] what is published at one node reaches subscribers at every node once and in order, at QoS %i',
  async (qos) => {
    const { cluster, a, b, c } = await three();
    const [publisher, ...subscribers] = await Promise.all([a, a, b, c].map(({ tcp }) => connect(tcp)));
    for (const each of subscribers) await each.subscribeAsync('env/#', { qos: 2 });
    const texts = Array.from({ length: 30 }, (_, n) => `${n}`);
    for (const text of texts) publisher?.publish('env/light/raw', text, { qos });
    for (const each of subscribers) {
      expect((await inbox(each).first(30)).map(({ text }) => text)).toEqual(texts);
    }
    const publishes = cluster.crossed.filter(({ message }) => message.kind === 'publish');
    expect(publishes.map(({ from }) => from)).toEqual(Array.from({ length: 60 }, () => 'a'));
    for (const { broker } of [b, c])
      expect(broker.bridge?.counts).toMatchObject({ received: 30, doubles: 0 });
  },
);

test('[BG1, BR27] messages of all qualities of service, as they come, are all delivered at all nodes', async () => {
  const { a, b, c } = await three();
  const [publisher, ...subscribers] = await Promise.all([a, a, b, c].map(({ tcp }) => connect(tcp)));
  for (const each of subscribers) await each.subscribeAsync('env/#', { qos: 2 });
  const texts = Array.from({ length: 60 }, (_, n) => `${n}`);
  for (const [n, text] of texts.entries()) {
    await publisher?.publishAsync('env/light/raw', text, { qos: (n % 3) as 0 | 1 | 2 });
  }
  for (const each of subscribers) {
    const received = (await inbox(each).first(60)).map(({ text }) => text);
    expect([...received].sort()).toEqual([...texts].sort());
  }
});

test('[BG2] what is not below user/, env/ or edge/ stays where it is', async () => {
  const { cluster, a } = await three();
  const guest = await connect(a.tcp);
  await guest.publishAsync('env/light/raw', '1', { qos: 1 });
  await expect
    .poll(() => cluster.crossed.filter(({ message }) => message.kind === 'publish'))
    .toHaveLength(2);
  const topicsCrossed = cluster.crossed.flatMap(({ message }) =>
    'message' in message ? [message.message.topic] : [],
  );
  expect(new Set(topicsCrossed)).toEqual(new Set(['env/light/raw']));
});

test('[BG3] presence is there for who comes later at another node, also at one that was linked after', async () => {
  const { cluster, a } = await three();
  const annsClient = await signIn(a.tcp, ann, { will: willOf(1) });
  await annsClient.publishAsync(annsPresence(), presence(1, true), { qos: 1, retain: true });
  const late = await cluster.start('late');
  cluster.join('late', 'a');
  await expect.poll(() => late.broker.bridge?.counts.received).toBe(1);
  const bensClient = await signIn(late.tcp, ben);
  await bensClient.subscribeAsync(topics.presenceOf('ann'), { qos: 1 });
  expect(await inbox(bensClient).first(1)).toEqual([
    { topic: annsPresence(), text: presence(1, true), retain: true },
  ]);
});

test('[BG6] people at a node that is down go offline by their last will, and are back when it is', async () => {
  const { cluster, b, c } = await three();
  const bensClient = await signIn(b.tcp, ben);
  await bensClient.subscribeAsync(topics.presenceOf('ann'), { qos: 1 });
  const annsClient = await signIn(c.tcp, ann, { will: willOf(1) });
  await annsClient.publishAsync(annsPresence(), presence(1, true), { qos: 1, retain: true });
  await inbox(bensClient).first(1);
  cluster.cut('b', 'c');
  b.broker.bridge?.nodeDown('c');
  expect((await inbox(bensClient).first(2))[1]?.text).toBe(presence(1, false));
  const carl = await signIn(b.tcp, await person('carl'));
  await carl.subscribeAsync(topics.presenceOf('ann'), { qos: 1 });
  expect((await inbox(carl).first(1))[0]).toMatchObject({ text: presence(1, false), retain: true });
  cluster.join('b', 'c');
  expect((await inbox(bensClient).first(3))[2]?.text).toBe(presence(1, true));
});

test('[BG7] a device that signs in at another node is at that one only, and its old will changes nothing', async () => {
  const { a, b, c } = await three();
  const watcher = await signIn(c.tcp, ben);
  await watcher.subscribeAsync(topics.presenceOf('ann'), { qos: 1 });
  const first = await signIn(a.tcp, ann, { will: willOf(1) });
  await first.publishAsync(annsPresence(), presence(1, true), { qos: 1, retain: true });
  const ended = new Promise<void>((resolve) => first.once('close', () => resolve()));
  const second = await signIn(b.tcp, ann, { will: willOf(2) });
  await second.publishAsync(annsPresence(), presence(2, true), { qos: 1, retain: true });
  await ended;
  expect(a.broker.bridge?.counts.takeovers).toBe(1);
  expect(second.connected).toBe(true);
  await expect.poll(() => inbox(watcher).messages.at(-1)?.text).toBe(presence(2, true));
  for (const { tcp } of [a, b, c]) {
    const late = await signIn(tcp, await person('late'));
    await late.subscribeAsync(topics.presenceOf('ann'), { qos: 1 });
    expect((await inbox(late).first(1))[0]?.text).toBe(presence(2, true));
  }
});

test('[BG4] what waits for a session at another node comes when the link is back; what is not promised does not', async () => {
  const { cluster, a, b } = await three();
  const session = { clientId: 'away', clean: false } as const;
  const away = await connect(b.tcp, session);
  await away.subscribeAsync('env/#', { qos: 1 });
  await away.endAsync();
  cluster.cut('a', 'b');
  const publisher = await connect(a.tcp);
  await publisher.publishAsync('env/light/raw', 'missed', { qos: 0 });
  const texts = Array.from({ length: 20 }, (_, n) => `${n}`);
  for (const text of texts) await publisher.publishAsync('env/light/raw', text, { qos: 1 });
  cluster.join('a', 'b');
  await expect.poll(() => b.broker.bridge?.counts.received).toBe(20);
  const back = await connect(b.tcp, session);
  expect((await inbox(back).first(20)).map(({ text }) => text)).toEqual(texts);
});

test('[BG5] what was not confirmed when a link broke is sent again, and counted once', async () => {
  const { cluster, a, b } = await three();
  const subscriber = await connect(b.tcp);
  await subscriber.subscribeAsync('env/#', { qos: 1 });
  const publisher = await connect(a.tcp);
  const texts = Array.from({ length: 200 }, (_, n) => `${n}`);
  for (const [n, text] of texts.entries()) {
    publisher.publish('env/light/raw', text, { qos: 1 });
    if (n % 40 !== 39) continue;
    // In the middle of what is on its way.
    await expect.poll(() => inbox(subscriber).messages.length).toBeGreaterThan(n - 30);
    cluster.join('a', 'b');
  }
  await expect.poll(() => inbox(subscriber).messages.length).toBe(200);
  expect(inbox(subscriber).messages.map(({ text }) => text)).toEqual(texts);
});

test('[BG8] a topic that was cleared while a node was away is not brought back by it, not after its restart either', async () => {
  const { cluster, a, b } = await three();
  const edge = await connect(a.tcp);
  await edge.publishAsync('edge/one/status', 'up', { qos: 1, retain: true });
  await expect.poll(() => b.broker.bridge?.counts.received).toBe(1);
  cluster.cut('a', 'b');
  await (await connect(b.tcp)).publishAsync('edge/one/status', '', { qos: 1, retain: true });
  cluster.join('a', 'b');
  await expect.poll(() => a.broker.bridge?.counts.received).toBe(1);
  for (const { tcp } of [a, b]) {
    const late = await connect(tcp);
    await late.subscribeAsync(['edge/#', 'env/#'], { qos: 1 });
    await late.publishAsync('env/light/raw', 'only this', { qos: 1 });
    expect((await inbox(late).first(1)).map(({ text }) => text)).toEqual(['only this']);
  }
});

test('[BG10] a device may not be taken over by a guest of another node, and guests of one name live side by side', async () => {
  const { a, b } = await three();
  const one = await connect(a.tcp, { clientId: 'sensor1' });
  const will = { topic: 'edge/x/status', payload: Buffer.from('down'), qos: 1, retain: true } as const;
  await connect(b.tcp, { clientId: 'sensor1', will });
  await one.publishAsync('env/light/raw', '1', { qos: 1 });
  await expect.poll(() => b.broker.bridge?.counts.received).toBe(1);
  expect([one.connected, a.broker.bridge?.counts.takeovers]).toEqual([true, 0]);
});

test('[BG8, BG11] what a node knew is known after its restart, and who went with it is offline before others hear of them', async () => {
  const folder = temporaryFolder();
  try {
    const [file, copy] = [join(folder.path, 'one.sqlite'), join(folder.path, 'two.sqlite')];
    const cluster = bridgedBrokers(start);
    const [a, b] = [await cluster.start('a', { file }), await cluster.start('b')];
    cluster.joinAll();
    const payload = Buffer.from('down');
    const will = { topic: 'edge/one/status', payload, qos: 1, retain: true } as const;
    const edge = await connect(a.tcp, { clientId: 'one', will });
    await edge.publishAsync('edge/one/status', 'up', { qos: 1, retain: true });
    await edge.publishAsync('edge/two/status', 'up', { qos: 1, retain: true });
    await edge.publishAsync('edge/two/status', '', { qos: 1, retain: true });
    await expect.poll(() => b.broker.bridge?.counts.received).toBe(3);
    // As if it had been killed now.
    for (const part of ['', '-wal']) await copyFile(`${file}${part}`, `${copy}${part}`);
    cluster.cut('a', 'b');
    const later = await cluster.start('c', { file: copy });
    expect(cluster.crossed.filter(({ from }) => from === 'c')).toEqual([]);
    cluster.join('b', 'c');
    await expect.poll(() => b.broker.bridge?.counts.received).toBe(4);
    const watcher = await connect(b.tcp);
    await watcher.subscribeAsync('edge/#', { qos: 1 });
    expect(await inbox(watcher).first(1)).toEqual([{ topic: 'edge/one/status', text: 'down', retain: true }]);
    const told = cluster.crossed.flatMap(({ from, message }) =>
      from === 'c' && message.kind === 'retained' ? [message.message] : [],
    );
    expect(told.map(({ topic, payload }) => [topic, Buffer.from(payload).toString()])).toEqual([
      ['edge/one/status', 'down'],
      ['edge/two/status', ''],
    ]);
    await later.stop();
  } finally {
    folder.remove();
  }
});
