import { topics } from '@bothy/wire';
import { expect, test } from 'vitest';
import {
  type BrokerFixture,
  brokerFixture,
  inbox,
  person,
  type TestBroker,
} from '../testing/broker-fixture.ts';
import { defaultPersistenceLimits } from './persistence-options.ts';

const { start, connect, signIn } = brokerFixture();
const offer = topics.signalling('ben', 'offer');

/** A session that subscribed and went away; the next connection with its id gets what waits. */
async function goAway(client: Awaited<ReturnType<BrokerFixture['connect']>>, filter: string): Promise<void> {
  await client.subscribeAsync(filter, { qos: 1 });
  await client.endAsync();
}

test('[BR11] what waits for an absent client comes in order, and each once', async () => {
  const node = await start();
  const [ann, ben] = [await person('ann'), await person('ben')];
  await goAway(await signIn(node.tcp, ben, { clean: false }), topics.allOf('ben'));
  const annsClient = await signIn(node.tcp, ann);
  for (const text of ['1', '2', '3'])
    await annsClient.publishAsync(offer, text, { qos: text === '2' ? 2 : 1 });
  const back = await signIn(node.tcp, ben, { clean: false });
  expect((await inbox(back).first(3)).map(({ text }) => text)).toEqual(['1', '2', '3']);
  await annsClient.publishAsync(offer, '4', { qos: 1 });
  await inbox(back).first(4);
  await back.endAsync();
  const again = await signIn(node.tcp, ben, { clean: false });
  await annsClient.publishAsync(offer, '5', { qos: 1 });
  expect((await inbox(again).first(1)).map(({ text }) => text)).toEqual(['5']);
});

test.each([
  [{ messagesPerSession: 3 }, ['1', '2', '3', '4', '5'], ['3', '4', '5']],
  [{ bytesPerSession: 10 }, ['aaaa', 'bbbb', 'cccc'], ['bbbb', 'cccc']],
  [{ bytesInAll: 5 }, ['aaaa', 'bbbb', 'far too large'], ['bbbb']],
])('[BR11] with %o the newest messages wait, and the dropped are counted', async (limit, texts, waiting) => {
  const node = await start({ limits: { ...defaultPersistenceLimits, ...limit } });
  const [ann, ben] = [await person('ann'), await person('ben')];
  await goAway(await signIn(node.tcp, ben, { clean: false }), topics.allOf('ben'));
  const annsClient = await signIn(node.tcp, ann);
  for (const text of texts) await annsClient.publishAsync(offer, text, { qos: 1 });
  // An acknowledgement comes before the message is handed on; one's own comes back after all of them were.
  await annsClient.subscribeAsync(topics.allOf('ann'));
  await annsClient.publishAsync(topics.signalling('ann', 'offer'), 'done');
  await inbox(annsClient).first(1);
  expect(node.broker.counts.droppedMessages).toBe(texts.length - waiting.length);
  const back = await signIn(node.tcp, ben, { clean: false });
  expect((await inbox(back).first(waiting.length)).map(({ text }) => text)).toEqual(waiting);
});

test('[BR11] of more sessions than are remembered the one away longest is forgotten', async () => {
  const node = await start({ limits: { ...defaultPersistenceLimits, sessions: 2 } });
  const back = (clientId: string) => connect(node.tcp, { clientId, clean: false });
  for (const clientId of ['one', 'two']) await goAway(await back(clientId), 'env/#');
  // It comes back, so that it is no longer the one away longest.
  await (await back('one')).endAsync();
  await goAway(await back('three'), 'env/#');
  const publisher = await connect(node.tcp);
  await publisher.publishAsync('env/light/raw', '100', { qos: 1 });
  expect((await inbox(await back('one')).first(1)).map(({ text }) => text)).toEqual(['100']);
  expect((await inbox(await back('three')).first(1)).map(({ text }) => text)).toEqual(['100']);
  const forgotten = await back('two');
  await forgotten.subscribeAsync('edge/#');
  await publisher.publishAsync('edge/edge-1/status', 'up');
  expect((await inbox(forgotten).first(1)).map(({ text }) => text)).toEqual(['up']);
});

test('[BR11] of more retained topics than are kept the new ones are delivered only', async () => {
  const node = await start({ limits: { ...defaultPersistenceLimits, retainedTopics: 2 } });
  const [guest, watcher] = [await connect(node.tcp), await connect(node.tcp)];
  await watcher.subscribeAsync('edge/#', { qos: 1 });
  const retain = { qos: 1, retain: true } as const;
  for (const id of ['a', 'b', 'c']) await guest.publishAsync(`edge/${id}/status`, id, retain);
  await guest.publishAsync('edge/a/status', 'newer', retain);
  await inbox(watcher).first(4);
  expect(await retained(node)).toEqual(['b', 'newer']);
  expect(node.broker.counts.droppedMessages).toBe(1);
  await guest.publishAsync('edge/b/status', '', retain);
  await guest.publishAsync('edge/c/status', 'c', retain);
  await inbox(watcher).first(6);
  expect(await retained(node)).toEqual(['c', 'newer']);
});

async function retained({ tcp }: TestBroker): Promise<string[]> {
  const late = await connect(tcp);
  await late.subscribeAsync('edge/#', { qos: 1 });
  const messages = await inbox(late).first(2);
  await late.endAsync();
  return messages.map(({ text }) => text).sort();
}
