import { expect, test } from 'vitest';
import { brokerFixture, inbox } from '../testing/broker-fixture.ts';

const { start, connect } = brokerFixture();
const secret = `edge_${'a'.repeat(32)}`;
const verifyEdge = (edge: string, given: string): boolean => edge === 'edge-1' && given === secret;
const refusedWith = (code: number) => expect.objectContaining({ code });

test('[BR30] an enrolled edge signs in by its secret, as itself and under its own client id', async () => {
  const node = await start({ verifyEdge });
  const own = { username: 'edge-1', password: secret, clientId: 'edge/edge-1' };
  expect((await connect(node.tcp, own)).connected).toBe(true);
  await expect(connect(node.tcp, { ...own, username: 'edge-2' })).rejects.toEqual(refusedWith(4));
  await expect(connect(node.tcp, { ...own, password: `${secret}a` })).rejects.toEqual(refusedWith(4));
  await expect(connect(node.tcp, { ...own, clientId: 'edge/edge-2' })).rejects.toEqual(refusedWith(2));
  expect(node.broker.counts).toMatchObject({ connects: 1, refusedConnects: 3 });
});

test('[BR30] where no edge is enrolled, no secret opens', async () => {
  const node = await start();
  const edge = { username: 'edge-1', password: secret, clientId: 'edge/edge-1' };
  await expect(connect(node.tcp, edge)).rejects.toEqual(refusedWith(4));
});

test('[BR30] the connection of an edge that is shut out ends', async () => {
  const node = await start({ verifyEdge });
  const edge = await connect(node.tcp, { username: 'edge-1', password: secret, clientId: 'edge/edge-1' });
  const guest = await connect(node.tcp);
  const closed = new Promise<void>((resolve) => edge.once('close', () => resolve()));
  edge.removeAllListeners('error');
  node.broker.endEdge('edge-1');
  await closed;
  node.broker.endEdge('edge-2');
  expect([edge.connected, guest.connected]).toEqual([false, true]);
});

test('[BR31] an edge publishes its own status and readings, reads its own commands, and nothing else', async () => {
  const node = await start({ verifyEdge });
  const edge = await connect(node.tcp, { username: 'edge-1', password: secret, clientId: 'edge/edge-1' });
  await edge.subscribeAsync('edge/edge-1/control', { qos: 1 });
  for (const filter of ['edge/edge-2/control', 'edge/#', 'env/#', 'user/ann/#', '$SYS/#']) {
    await expect(edge.subscribeAsync(filter)).rejects.toThrow();
  }
  for (const topic of ['edge/edge-1/status', 'env/temperature/raw', 'env/event/light_low']) {
    await edge.publishAsync(topic, '{}', { qos: 1 });
  }
  expect(node.broker.counts.refusedPublishes).toBe(0);
  const foreign = ['edge/edge-2/status', 'edge/edge-1/control', 'edge/edge-1/home', 'edge/edge-1/enrolment'];
  for (const topic of foreign) await edge.publishAsync(topic, '{}', { qos: 1 });
  expect(node.broker.counts.refusedPublishes).toBe(foreign.length);
});

test('[BR34] what is said in the name of another is refused, as a last will too', async () => {
  const speaksForAnother = (who: { kind: string }, topic: string, payload: Uint8Array) => {
    const isForged = who.kind === 'guest' && topic.startsWith('env/') && `${payload}`.includes('edge-1');
    return isForged ? 'not theirs' : undefined;
  };
  const node = await start({ access: { speaksForAnother } });
  const reader = await connect(node.tcp);
  const received = inbox(reader);
  await reader.subscribeAsync('env/#', { qos: 1 });
  const will = { topic: 'env/event/hot', payload: Buffer.from('edge-1'), qos: 1 as const, retain: false };
  const guest = await connect(node.tcp, { will });
  await guest.publishAsync('env/light/raw', 'as edge-1', { qos: 1 });
  guest.stream.destroy();
  await expect.poll(() => node.broker.counts.refusedPublishes).toBe(2);
  await reader.publishAsync('env/light/raw', 'as edge-2', { qos: 1 });
  expect((await received.first(1)).map(({ text }) => text)).toEqual(['as edge-2']);
  expect(node.log.join()).toContain('not theirs');
});
