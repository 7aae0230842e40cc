import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createIdentity, type LocalIdentity, makeProof } from '@bothy/identity';
import { httpRequest } from '@bothy/testkit';
import { topics } from '@bothy/wire';
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';
import { connectMqtt, joined, nodeFixture, signIn } from '../testing/running-node.ts';
import type { RunningNode } from './index.ts';

const { start, folder } = nodeFixture();
const person = (name: string): Promise<LocalIdentity> => createIdentity({ name, issuedAt: Date.now() });

async function get(node: RunningNode, path: string): Promise<{ readonly [member: string]: unknown }> {
  return JSON.parse((await httpRequest(`${node.webUrl}/api/v1/${path}`)).text);
}

async function upNodes(node: RunningNode): Promise<number> {
  const { nodes } = (await get(node, 'cluster')) as { nodes: { health: string }[] };
  return nodes.filter(({ health }) => health === 'up').length;
}

async function cluster(count: number): Promise<RunningNode[]> {
  const nodes = [await start({ id: 'n1' })];
  for (let n = 2; n <= count; n += 1) {
    nodes.push(await start({ id: `n${n}`, join: nodes[0]?.clusterAddress ?? '' }));
  }
  await joined(...nodes);
  return nodes;
}

async function mqtt(node: Pick<RunningNode, 'mqttUrl'>, identity: LocalIdentity) {
  const audience = new URL(node.mqttUrl).host;
  return await connectMqtt(node.mqttUrl, identity, await makeProof({ identity, audience, now: Date.now() }));
}

test('three nodes are one directory of names and one broker', async () => {
  const [one, two, three] = await cluster(3);
  if (one === undefined || two === undefined || three === undefined) throw new Error('not three');
  const [ann, ben, otherAnn] = await Promise.all([person('ann'), person('ben'), person('ann')]);
  expect((await signIn(one, ann)).body).toMatchObject({ name: 'bound' });
  // Looked up by what this node has applied: told at once, a moment after.
  await expect.poll(() => get(three, 'names/ann')).toEqual({ name: 'ann', person: ann.person });
  expect(await signIn(two, otherAnn)).toMatchObject({ status: 409, body: { code: 'name_taken' } });

  const [annsClient, bensClient] = [await mqtt(one, ann), await mqtt(three, ben)];
  const received = new Promise<string>((resolve) => {
    bensClient.on('message', (topic, payload) => resolve(`${topic} ${payload}`));
  });
  await bensClient.subscribeAsync('user/ben/#', { qos: 1 });
  await annsClient.publishAsync(topics.signalling('ben', 'offer'), 'hello', { qos: 1 });
  expect(await received).toBe('user/ben/offer hello');
  await Promise.all([annsClient.endAsync(), bensClient.endAsync()]);
});

test('while the node that decides is away a new name is refused, names are looked up as stale, and who has one signs in', async () => {
  const [one, two] = await cluster(2);
  if (one === undefined || two === undefined) throw new Error('not two');
  const ann = await person('ann');
  expect((await signIn(two, ann)).body).toMatchObject({ name: 'bound' });
  const { directory } = (await get(two, 'cluster')) as { directory: { leader: string; warning: string } };
  expect(directory.warning).toContain(`Without ${directory.leader} no new name`);
  const [decides, told] = directory.leader === 'n1' ? [one, two] : [two, one];
  await decides.stop();
  expect(await signIn(told, await person('ben'))).toMatchObject({
    status: 503,
    body: { code: 'directory_unavailable', message: expect.stringContaining(directory.leader) },
  });
  expect(await signIn(told, ann)).toMatchObject({ status: 200, body: { name: 'bound' } });
  await (await mqtt(told, ann)).endAsync();
  expect(await get(told, 'names/ann')).toEqual({ name: 'ann', person: ann.person, stale: true });
  expect(await get(told, 'cluster')).toMatchObject({ stale: true, directory: { state: 'stale' } });
});

test('names that two nodes gave by themselves are a conflict when they meet, until it is released', async () => {
  const [one, apart] = [await start({ id: 'n1' }), await start({ id: 'n2' })];
  const [ann, otherAnn] = await Promise.all([person('ann'), person('ann')]);
  expect((await signIn(one, ann)).body).toMatchObject({ name: 'bound', role: 'operator' });
  const { token } = (await signIn(apart, otherAnn)).body as { token: string };
  await apart.stop();
  const back = await start({ id: 'n2', data: apart.dataFolder, join: one.clusterAddress });
  for (const node of [one, back]) {
    await expect
      .poll(() => get(node, 'names/ann'))
      .toEqual({ name: 'ann', person: ann.person, conflict: [otherAnn.person] });
  }
  expect(await signIn(back, otherAnn)).toMatchObject({ status: 409, body: { code: 'name_taken' } });
  // A token of before is of no use with a name that is somebody else's.
  const headers = { authorization: `Bearer ${token}` };
  expect((await httpRequest(`${back.webUrl}/api/v1/names`, { headers })).status).toBe(401);
});

test('names of a data folder without a directory, as earlier versions left it, are in the directory of all', async () => {
  const before = await start({ id: 'n1' });
  const ann = await person('ann');
  await signIn(before, ann);
  await before.stop();
  for (const suffix of ['', '-wal', '-shm'])
    rmSync(join(before.dataFolder, `directory.sqlite${suffix}`), { force: true });
  const one = await start({ id: 'n1', data: before.dataFolder });
  expect(await get(one, 'names/ann')).toEqual({ name: 'ann', person: ann.person });
  const two = await start({ id: 'n2', join: one.clusterAddress });
  await expect.poll(() => get(two, 'names/ann')).toMatchObject({ person: ann.person });
  expect(await signIn(two, await person('ann'))).toMatchObject({ status: 409 });
});

const program = fileURLToPath(new URL('../testing/node-process.ts', import.meta.url));

test('the people of a node that was killed go offline at the others, by the last wills that they left', async () => {
  const node = await start({ id: 'n1' });
  const flags = { id: 'n2', http: '0', mqtt: '0', cluster: '0', data: folder(), join: node.clusterAddress };
  const doomed = spawn(process.execPath, [program, JSON.stringify(flags)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(doomed.stdout, 'data');
    const { mqttUrl } = JSON.parse(String(line)) as Pick<RunningNode, 'mqttUrl'>;
    await expect.poll(() => upNodes(node)).toBe(2);
    const watcher = await connectAsync(node.mqttUrl, { clientId: 'watcher', reconnectPeriod: 0 });
    const seen: string[] = [];
    watcher.on('message', (_topic, payload) => seen.push(payload.toString()));
    await watcher.subscribeAsync('edge/#', { qos: 1 });
    const will = { topic: 'edge/one/status', payload: Buffer.from('down'), qos: 1, retain: true } as const;
    const edge = await connectAsync(mqttUrl, { clientId: 'edge-one', will, reconnectPeriod: 0 });
    edge.on('error', () => {});
    await edge.publishAsync('edge/one/status', 'up', { qos: 1, retain: true });
    await expect.poll(() => seen).toEqual(['up']);
    doomed.kill('SIGKILL');
    await expect.poll(() => seen).toEqual(['up', 'down']);
    await Promise.all([watcher.endAsync(), edge.endAsync(true)]);
  } finally {
    doomed.kill('SIGKILL');
  }
});
