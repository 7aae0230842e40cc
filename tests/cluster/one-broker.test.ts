/** MQTT over the nodes of a cluster: one broker, as real clients see it. */
import { createIdentity, type LocalIdentity, makeProof } from '@bothy/identity';
import { httpRequest, runProgram } from '@bothy/testkit';
import { deviceKey, topics } from '@bothy/wire';
import { connectAsync, type MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import { ClusterStage, patience } from './stage/cluster-stage.ts';
import { agreeWhoLeads } from './stage/directory-state.ts';
import type { NodeProcess } from './stage/node-process.ts';

const person = (name: string): Promise<LocalIdentity> => createIdentity({ name, issuedAt: Date.now() });

async function mqtt(
  node: NodeProcess,
  identity: LocalIdentity,
  will?: { topic: string },
): Promise<MqttClient> {
  const audience = new URL(node.mqttUrl).host;
  const password = await makeProof({ identity, audience, now: Date.now() });
  const last =
    will === undefined ? {} : { will: { ...will, payload: 'offline', qos: 1 as const, retain: true } };
  return await connectAsync(
    node.mqttUrl,
    { clientId: deviceKey(identity), username: identity.name, password, reconnectPeriod: 0, ...last },
    false,
  );
}

/** All that a client is told, as `topic payload`. */
function inbox(client: MqttClient): string[] {
  const texts: string[] = [];
  client.on('message', (topic, payload) => texts.push(`${topic} ${payload}`));
  return texts;
}

const portOf = (node: NodeProcess): string => String(node.setup.mqttPort);

test('two people at two nodes signal to each other, see each other come and go, and a killed node leaves nobody shown as present', async (context) => {
  const stage = await ClusterStage.open(context);
  const [n1, n2, n3] = stage.nodes as [NodeProcess, NodeProcess, NodeProcess];
  const [ann, ben] = await Promise.all([person('ann'), person('ben')]);
  const presence = topics.presence('ben', ben.device);
  const anns = await mqtt(n1, ann);
  const [heardByAnn, bens] = [inbox(anns), await mqtt(n2, ben, { topic: presence })];
  const heardByBen = inbox(bens);
  await bens.publishAsync(presence, 'online', { qos: 1, retain: true });
  await bens.subscribeAsync('user/ben/#', { qos: 1 });
  await anns.subscribeAsync('user/ben/presence/#', { qos: 1 });
  await expect.poll(() => heardByAnn, patience).toContain(`${presence} online`);
  for (const topic of ['offer', 'answer', 'iceCandidate', 'contactRequest'] as const) {
    await anns.publishAsync(topics.signalling('ben', topic), `${topic} of ann`, { qos: 1 });
  }
  await expect
    .poll(() => heardByBen.filter((text) => text.endsWith('of ann')), patience)
    .toEqual(
      ['offer', 'answer', 'iceCandidate', 'contactRequest'].map(
        (topic) => `user/ben/${topic} ${topic} of ann`,
      ),
    );
  // Whoever comes later, to a third node, finds who is there.
  const cleo = await mqtt(n3, await person('cleo'));
  const heardByCleo = inbox(cleo);
  await cleo.subscribeAsync('user/ben/presence/#', { qos: 1 });
  await expect.poll(() => heardByCleo, patience).toEqual([`${presence} online`]);
  await n2.end();
  await expect.poll(() => heardByAnn, patience).toContain(`${presence} offline`);
  await expect.poll(() => heardByCleo, patience).toContain(`${presence} offline`);
  // Everything said so far came once.
  expect(heardByAnn).toEqual([`${presence} online`, `${presence} offline`]);
  await Promise.all([anns, cleo].map((client) => client.endAsync(true)));
});

test('readings that an ordinary tool publishes at one node reach ordinary tools at the others', async (context) => {
  const stage = await ClusterStage.open(context);
  const [n1, n2, n3] = stage.nodes as [NodeProcess, NodeProcess, NodeProcess];
  const listen = (node: NodeProcess) =>
    runProgram('mosquitto_sub', [
      '-p',
      portOf(node),
      '-t',
      'env/#',
      '-q',
      '1',
      '-v',
      '-C',
      '3',
      '-W',
      '120',
      '-d',
    ]);
  const listeners = [n2, n3].map(listen);
  const there = async (node: NodeProcess): Promise<boolean> =>
    /bothy_mqtt_clients \d*[1-9]/.test(await (await fetch(`${node.webUrl}/metrics`)).text());
  for (const node of [n2, n3]) await expect.poll(() => there(node), patience).toBe(true);
  // A tool says nothing when it has subscribed: what is retained it gets in either case.
  for (const celsius of [20, 21, 22]) {
    const args = [
      '-p',
      portOf(n1),
      '-t',
      `env/temperature${celsius}/raw`,
      '-m',
      `${celsius}`,
      '-q',
      '1',
      '-r',
    ];
    expect((await runProgram('mosquitto_pub', args).result).code).toBe(0);
  }
  for (const { result } of listeners) {
    const lines = (await result).output.split('\n').filter((line) => line.startsWith('env/'));
    expect(lines.sort()).toEqual([20, 21, 22].map((celsius) => `env/temperature${celsius}/raw ${celsius}`));
  }
});

test('a name claimed at one node is known at all, and nobody else gets it at another', async (context) => {
  const stage = await ClusterStage.open(context);
  const [n1, n2, n3] = stage.nodes as [NodeProcess, NodeProcess, NodeProcess];
  // Before that each may have a directory of its own, where others can have the same name.
  await agreeWhoLeads(stage.nodes);
  const [ann, otherAnn] = await Promise.all([person('ann'), person('ann')]);
  expect(await signIn(n1, ann)).toMatchObject({ name: 'bound' });
  for (const node of [n2, n3]) {
    expect(await signIn(node, otherAnn)).toMatchObject({ code: 'name_taken' });
    expect(await signIn(node, ann)).toMatchObject({ name: 'bound' });
  }
  await expect(mqtt(n2, otherAnn)).rejects.toThrow(/not authori[sz]ed|bad user/i);
  // Claims that meet: one of two has it, wherever they ask.
  const rivals = await Promise.all([person('ben'), person('ben')]);
  const outcomes = await Promise.all([signIn(n2, rivals[0]), signIn(n3, rivals[1])]);
  expect(outcomes.map(({ name, code }) => name ?? code).sort()).toEqual(['bound', 'name_taken']);
  const [winner] = rivals.filter((_, at) => outcomes[at]?.name === 'bound');
  for (const node of stage.nodes) {
    await expect
      .poll(() => node.get('/api/v1/names/ben'), patience)
      .toMatchObject({ person: winner?.person });
  }
});

async function signIn(node: NodeProcess, identity: LocalIdentity): Promise<{ name?: string; code?: string }> {
  const post = async (path: string, body?: unknown): Promise<Record<string, string>> =>
    JSON.parse((await httpRequest(`${node.webUrl}/api/v1/${path}`, { method: 'POST', body })).text);
  const { nonce = '' } = await post('session/challenge');
  const audience = new URL(node.webUrl).host;
  return await post('session', { proof: await makeProof({ identity, audience, now: Date.now(), nonce }) });
}
