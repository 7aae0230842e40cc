import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { expect, test } from 'vitest';
import { bridgedBrokers } from '../testing/bridged-brokers.ts';
import { brokerFixture, inbox } from '../testing/broker-fixture.ts';
import type { HeardPublish, NodeClient } from './node-client.ts';

const { start, connect } = brokerFixture();

/** What the node hears, as texts. */
function hear(node: NodeClient): { heard: [string, string, HeardPublish['from']][]; end: () => void } {
  const heard: [string, string, HeardPublish['from']][] = [];
  const end = node.hear(({ topic, payload, from }) => {
    heard.push([topic, Buffer.from(payload).toString(), from]);
  });
  return { heard, end };
}

const guest = { kind: 'guest', local: true };

test.each([0, 1, 2] as const)(
  '[BR28] what a client publishes is heard once and in order, at QoS %i',
  async (qos) => {
    const { broker, tcp } = await start();
    const { heard, end } = hear(broker.node);
    const client = await connect(tcp, { clientId: 'sensor1' });
    for (const text of ['1', '2', '3']) await client.publishAsync('env/light/raw', text, { qos });
    await client.publishAsync('user/ann/offer', 'refused', { qos: 1 });
    await client.publishAsync('env/light/raw', 'last', { qos: 1 });
    const from = { kind: 'client', client: 'sensor1', principal: guest };
    expect(heard).toEqual(['1', '2', '3', 'last'].map((text) => ['env/light/raw', text, from]));
    end();
    await client.publishAsync('env/light/raw', 'unheard', { qos: 1 });
    expect(heard).toHaveLength(4);
  },
);

test('[BR28] a last will is heard as of its client', async () => {
  const { broker, tcp } = await start();
  const will = { topic: 'edge/e1/status', payload: Buffer.from('offline'), qos: 1, retain: true } as const;
  const client = await connect(tcp, { clientId: 'e1', will });
  const said = new Promise<HeardPublish>((resolve) => broker.node.hear(resolve));
  client.stream.destroy();
  const from = { kind: 'client', client: 'e1', principal: guest };
  expect(await said).toMatchObject({ topic: 'edge/e1/status', retain: true, from });
});

test('[BR28] [BR29] nodes hear of each other what clients and nodes say', async () => {
  const cluster = bridgedBrokers(start);
  const [one, other] = [await cluster.start('a'), await cluster.start('b')];
  cluster.joinAll();
  const subscriber = await connect(other.tcp);
  await subscriber.subscribeAsync('edge/#', { qos: 1 });
  await subscriber.subscribeAsync('env/#', { qos: 1 });
  const { heard } = hear(other.broker.node);
  const atOne = hear(one.broker.node);
  await one.broker.node.publish('edge/e1/home', 'home', { qos: 1, retain: true });
  const client = await connect(one.tcp, { clientId: 'sensor1' });
  await client.publishAsync('env/light/raw', 'reading', { qos: 1 });
  await inbox(subscriber).first(2);
  const bridge = { kind: 'bridge' };
  expect(heard).toEqual([
    ['edge/e1/home', 'home', bridge],
    ['env/light/raw', 'reading', bridge],
  ]);
  expect(atOne.heard.map(([topic, , { kind }]) => [topic, kind])).toEqual([
    ['edge/e1/home', 'node'],
    ['env/light/raw', 'client'],
  ]);
  const late = await connect(other.tcp);
  await late.subscribeAsync('edge/#');
  expect(await inbox(late).first(1)).toEqual([{ topic: 'edge/e1/home', text: 'home', retain: true }]);
});

test('[BR29] what the node retains is there after a restart, and statistics are not', async () => {
  const folder = temporaryFolder();
  try {
    const file = join(folder.path, 'broker.sqlite');
    const first = await start({ file });
    await first.broker.node.publish('edge/e1/alarms', 'alarms', { qos: 1, retain: true });
    await first.broker.node.publish('$SYS/broker/uptime', '5 seconds', { qos: 0, retain: true });
    const client = await connect(first.tcp);
    await client.subscribeAsync('$SYS/broker/#');
    expect(await inbox(client).first(1)).toMatchObject([{ topic: '$SYS/broker/uptime', text: '5 seconds' }]);
    await first.stop();
    const { broker } = await start({ file });
    const texts = async (filter: string) =>
      (await broker.node.retained(filter)).map(({ topic, payload }) => [
        topic,
        Buffer.from(payload).toString(),
      ]);
    expect(await texts('edge/+/alarms')).toEqual([['edge/e1/alarms', 'alarms']]);
    expect(await texts('$SYS/#')).toEqual([]);
    await broker.node.publish('edge/e1/alarms', '', { qos: 1, retain: true });
    expect(await texts('edge/#')).toEqual([]);
  } finally {
    folder.remove();
  }
});

test('[BR29] a message that is too large is refused to the node as to anybody', async () => {
  const { broker } = await start();
  const publish = broker.node.publish('edge/e1/alarms', 'x'.repeat(65_537), { qos: 1, retain: true });
  await expect(publish).rejects.toMatchObject({ code: 'payload_too_large' });
});
