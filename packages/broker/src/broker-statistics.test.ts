import { runProgram } from '@bothy/testkit';
import { expect, test } from 'vitest';
import { brokerFixture, inbox, person } from '../testing/broker-fixture.ts';
import type { RefusedPublish } from './node-client.ts';

const { start, connect, signIn } = brokerFixture();

test('[BR32] a guest of this machine reads statistics under Mosquitto’s names, retained', async () => {
  const { tcp } = await start({ version: '1.2.3' });
  const sensor = await connect(tcp);
  await sensor.publishAsync('env/light/raw', '1', { qos: 1 });
  const client = await connect(tcp);
  await client.subscribeAsync('$SYS/#');
  const names = ['version', 'uptime', 'clients/connected', 'clients/total', 'messages/received'];
  const said = await inbox(client).first(11);
  const byTopic = new Map(said.map(({ topic, text }) => [topic, text]));
  for (const name of names) expect(byTopic.has(`$SYS/broker/${name}`)).toBe(true);
  expect(byTopic.get('$SYS/broker/version')).toBe('bothy 1.2.3');
  expect(byTopic.get('$SYS/broker/uptime')).toBe('0 seconds');
  expect(said.filter(({ retain }) => retain).length).toBeGreaterThanOrEqual(10);
});

test('[BR32] the health check that is made for Mosquitto has its answer', async () => {
  const { port } = await start({ version: '1.2.3', allowGuests: true });
  const { output, code } = await runProgram('mosquitto_sub', [
    ...['-h', '127.0.0.1', '-p', String(port), '-t', '$SYS/broker/version', '-C', '1', '-W', '60'],
  ]).result;
  expect([code, output.trim()]).toEqual([0, 'bothy 1.2.3']);
  const any = await runProgram('mosquitto_sub', ['-p', String(port), '-t', '$SYS/#', '-C', '1', '-W', '60'])
    .result;
  expect(any.code).toBe(0);
});

test('[BR32] a person who is no operator is not told who is connected', async () => {
  const { tcp } = await start({ version: '1.2.3' });
  const ann = await signIn(tcp, await person('ann'));
  const granted = await ann.subscribeAsync('$SYS/#').catch(() => [{ qos: 128 }]);
  expect(granted.map(({ qos }) => qos)).toEqual([128]);
});

test('[BR33] what is refused is told with its client and its reason', async () => {
  const { broker, tcp } = await start();
  const refused: RefusedPublish[] = [];
  broker.node.onRefused((each) => refused.push({ ...each, payload: each.payload.slice(0, 3) }));
  const client = await connect(tcp, { clientId: 'sensor1' });
  await client.publishAsync('user/ann/offer', 'abc', { qos: 1 });
  await client.publishAsync('env/light/raw', 'x'.repeat(70_000), { qos: 1 });
  await client.publishAsync('env/light/raw', 'fine', { qos: 1 });
  expect(refused).toMatchObject([
    { client: 'sensor1', topic: 'user/ann/offer', reason: expect.stringContaining('signed-in people') },
    { client: 'sensor1', topic: 'env/light/raw', reason: 'larger than 65536 bytes' },
  ]);
  const gone = new Promise<void>((resolve) => client.once('close', () => resolve()));
  client.publish('env/light/raw', 'x'.repeat(1_000_000), { qos: 1 });
  await gone;
  expect(refused[2]).toMatchObject({
    client: 'sensor1',
    topic: '',
    reason: expect.stringContaining('131072'),
  });
});
