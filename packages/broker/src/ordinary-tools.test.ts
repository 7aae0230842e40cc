/** The programs that everybody has: `mosquitto_pub` and `mosquitto_sub`, as guests on this machine. */
import { runProgram } from '@bothy/testkit';
import { afterEach, expect, test } from 'vitest';
import { bridgedBrokers } from '../testing/bridged-brokers.ts';
import { brokerFixture, credentials, inbox, person, type TestBroker } from '../testing/broker-fixture.ts';

const { start, connect } = brokerFixture();
const running: (() => void)[] = [];
afterEach(() => {
  for (const end of running.splice(0)) end();
});

function mosquitto(command: 'pub' | 'sub', { port }: TestBroker, ...args: string[]) {
  const program = runProgram(`mosquitto_${command}`, ['-h', '127.0.0.1', '-p', `${port}`, ...args]);
  running.push(program.end);
  return program.result;
}

/** Subscribes with `mosquitto_sub`, which ends after `count` messages; returns once its subscription is made. */
async function subscribed(node: TestBroker, filter: string, count: number) {
  const watcher = await connect(node.tcp);
  await watcher.subscribeAsync('$SYS/+/new/subscribes', { qos: 1 });
  const output = mosquitto('sub', node, '-q', '1', '-v', '-t', filter, '-C', `${count}`, '-W', '60');
  const seen = inbox(watcher);
  while (!seen.messages.some(({ text }) => text.includes(filter))) await seen.first(seen.messages.length + 1);
  return { output };
}

test('[BR4, BR5] a guest publishes readings and another one reads them, whatever the quality of service', async () => {
  const node = await start();
  const { output } = await subscribed(node, 'env/+/raw', 3);
  for (const qos of ['0', '1', '2']) {
    const sent = await mosquitto('pub', node, '-q', qos, '-t', 'env/light/raw', '-m', `reading ${qos}`);
    expect(sent).toMatchObject({ code: 0, errors: '' });
  }
  const lines = ['0', '1', '2'].map((qos) => `env/light/raw reading ${qos}\n`);
  expect(await output).toMatchObject({ code: 0, output: lines.join('') });
});

test('[BR7] the retained status of an edge is there for who subscribes later', async () => {
  const node = await start();
  await mosquitto('pub', node, '-q', '1', '-r', '-t', 'edge/edge-1/status', '-m', 'up');
  const late = await mosquitto('sub', node, '-t', 'edge/+/status', '-C', '1', '-W', '60', '-v');
  expect(late).toMatchObject({ code: 0, output: 'edge/edge-1/status up\n' });
});

test('[BG1, BG3] what one publishes at a node the other reads at another, retained or not', async () => {
  const cluster = bridgedBrokers(start);
  const [one, other] = [await cluster.start('one'), await cluster.start('other')];
  cluster.joinAll();
  const { output } = await subscribed(other, 'env/+/raw', 3);
  for (const qos of ['0', '1', '2']) {
    await mosquitto('pub', one, '-q', qos, '-t', 'env/light/raw', '-m', `reading ${qos}`);
  }
  const lines = ['0', '1', '2'].map((qos) => `env/light/raw reading ${qos}\n`);
  expect(await output).toMatchObject({ code: 0, output: lines.join('') });
  await mosquitto('pub', one, '-q', '1', '-r', '-t', 'edge/edge-1/status', '-m', 'up');
  const late = await mosquitto('sub', other, '-t', 'edge/+/status', '-C', '1', '-W', '60', '-v');
  expect(late).toMatchObject({ code: 0, output: 'edge/edge-1/status up\n' });
});

test('[BR5] a refused publish is acknowledged, so the tool ends as if it had been sent', async () => {
  const node = await start();
  const sent = await mosquitto('pub', node, '-q', '1', '-t', 'user/ann/offer', '-m', 'forged');
  expect(sent.code).toBe(0);
  expect(node.broker.counts).toMatchObject({ refusedPublishes: 1, published: 0 });
});

test('[BR6] a refused subscription is told', async () => {
  const node = await start();
  const refused = await mosquitto('sub', node, '-t', 'user/ann/#', '-C', '1', '-W', '60');
  expect(refused.errors + refused.output).toContain('denied');
  expect(node.broker.counts.refusedSubscribes).toBe(1);
});

test('[BR1, BR2] a person can sign in with a proof as password, and nobody with a made-up one', async () => {
  const node = await start();
  const { username, password, clientId } = await credentials(await person('ann'));
  const signedIn = ['-i', clientId, '-u', username, '-P', password];
  const sent = await mosquitto('pub', node, ...signedIn, '-q', '1', '-t', 'user/ben/offer', '-m', 'hello');
  expect(sent.code).toBe(0);
  expect(node.broker.counts).toMatchObject({ published: 1, refusedPublishes: 0 });
  const forged = await mosquitto(
    'pub',
    node,
    '-i',
    clientId,
    '-u',
    username,
    '-P',
    'x',
    '-t',
    'env/a',
    '-m',
    'x',
  );
  expect(forged.code).not.toBe(0);
  expect(node.broker.counts.refusedConnects).toBe(1);
});

test('[BR9] a client of MQTT 5 is told which version is spoken', async () => {
  const node = await start();
  const refused = await mosquitto('pub', node, '-V', 'mqttv5', '-t', 'env/light/raw', '-m', '100');
  expect(refused.code).not.toBe(0);
  expect(refused.errors + refused.output).toMatch(/version/i);
  expect(node.log.join()).toContain('MQTT 3.1.1');
});
