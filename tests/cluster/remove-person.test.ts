/** An operator removes a person while one node is down and the own one is killed: all is done in the end, on all nodes. */
import { createIdentity, type LocalIdentity } from '@bothy/identity';
import { deviceKey } from '@bothy/wire';
import { connectAsync, type MqttClient } from 'mqtt';
import { expect, type TestContext, test } from 'vitest';
import { ClusterStage, eventually, patience } from './stage/cluster-stage.ts';
import { agreeWhoLeads } from './stage/directory-state.ts';
import type { NodeProcess } from './stage/node-process.ts';
import { askAs, openSession, type SignedSession, tokenAt } from './stage/signed-person.ts';

const make = (name: string): Promise<LocalIdentity> => createIdentity({ name, issuedAt: Date.now() });

/** A session that outlives its connection. */
async function mqttAs(context: TestContext, node: NodeProcess, identity: LocalIdentity): Promise<MqttClient> {
  const client = await connectAsync(
    node.mqttUrl,
    {
      clientId: deviceKey(identity),
      username: identity.name,
      password: await tokenAt(node, identity),
      clean: false,
      reconnectPeriod: 0,
      protocolVersion: 4,
    },
    false,
  );
  context.onTestFinished(() => client.endAsync(true));
  return client;
}

async function create(session: SignedSession, name: string): Promise<string> {
  const { room } = await session.call('room.create', { requestId: `create-${name}`, name });
  return (room as { readonly id: string }).id;
}

interface Removal {
  readonly id: string;
  readonly state: string;
  readonly trouble?: string;
  readonly steps: readonly { readonly name: string; readonly state: string }[];
}

/** With one token as often as it takes: who signs in ten times a second for long is refused. */
async function removals(node: NodeProcess, token: string): Promise<readonly Removal[]> {
  const { body } = await askAs(node, 'GET removals', token);
  return (body.removals ?? []) as readonly Removal[];
}

/** At one node, until all have heard of it. */
async function letIn(
  node: NodeProcess,
  operator: LocalIdentity,
  person: LocalIdentity,
  nodes: readonly NodeProcess[],
): Promise<void> {
  const token = await tokenAt(node, operator);
  expect((await askAs(node, `DELETE kept-out/${person.person}`, token)).status).toBe(200);
  for (const each of nodes) await comesIn(each, person);
}

/** Until the node knows that they may. */
async function comesIn(node: NodeProcess, person: LocalIdentity): Promise<void> {
  const isIn = async () => (await tokenAt(node, person)) !== '';
  await eventually(isIn, `${node.id} knows that ${person.name} may come in`);
}

/** Ben at n2, with a room that he owns there and one at n1, and with messages that wait for him at the broker of n2. */
async function benIsThere(context: TestContext) {
  const stage = await ClusterStage.open(context, { nodes: 2, started: false });
  const [n1, n2] = [stage.node('n1'), stage.node('n2')];
  // Of two nodes the older directory's decides for both (DR27): here always n1, so n2 alone is one that cannot.
  await n1.start();
  await n2.start();
  await agreeWhoLeads(stage.nodes, { leader: 'n1', voters: 1 });
  const [ranger, ben, cleo] = await Promise.all([make('ranger'), make('ben'), make('cleo')]);
  const rangers = await tokenAt(n1, ranger);
  // The first who signs in at n2 operates it, and is not to be removed.
  const cleoAt2 = await openSession(n2, await tokenAt(n2, cleo));
  const bensToken = await tokenAt(n2, ben);
  const benAt2 = await openSession(n2, bensToken);
  const cleoAt1 = await openSession(n1, await tokenAt(n1, cleo));
  context.onTestFinished(() => {
    for (const session of [cleoAt2, benAt2, cleoAt1]) session.close();
  });
  const his = await create(benAt2, 'his');
  const hers = await create(cleoAt1, 'hers');
  await cleoAt2.call('room.join', { requestId: 'j1', room: his });
  const knows = async () => 'room' in (await benAt2.call('room.join', { requestId: 'j2', room: hers }));
  await eventually(knows, 'n2 knows the room of n1');
  const mqtt = await mqttAs(context, n2, ben);
  await mqtt.subscribeAsync('user/ben/#', { qos: 1 });
  await mqtt.endAsync();
  const cleosMqtt = await mqttAs(context, n2, cleo);
  await cleosMqtt.publishAsync('user/ben/contactRequest', 'for ben alone', { qos: 1 });
  await cleosMqtt.endAsync();
  return { stage, n1, n2, ranger, rangers, ben, cleo, bensToken, benAt2, his, hers };
}

test('the node of the operator is killed in the middle: after a start it goes on, and nothing of the person is left', async (context) => {
  const made = await benIsThere(context);
  const { stage, n1, n2, ranger, rangers, ben, cleo, bensToken, benAt2, his, hers } = made;
  await n2.end();
  await benAt2.closed;
  const begun = await askAs(n1, 'DELETE persons/ben', rangers);
  expect(begun.status).toBe(200);
  await eventually(async () => (await removals(n1, rangers))[0]?.trouble !== undefined, 'n2 is waited for');
  const again = await askAs(n1, 'DELETE persons/ben', rangers);
  expect(again.body.id).toBe(begun.body.id);
  await n1.end();

  await n1.start();
  expect(await removals(n1, rangers)).toMatchObject([{ id: begun.body.id, state: 'running' }]);
  await n2.start();
  await stage.isComplete();
  await eventually(async () => (await removals(n1, rangers))[0]?.state === 'completed', 'all steps are done');
  expect((await removals(n1, rangers))[0]?.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'key done',
    'name done',
    'sessions done',
    'rooms done',
    'mailbox done',
  ]);

  // The name is free on both, and what was signed for it is void.
  for (const node of [n1, n2]) {
    await eventually(
      async () => (await askAs(node, 'GET names/ben', '')).status === 404,
      `the name is free at ${node.id}`,
    );
  }
  expect((await askAs(n2, `GET rooms/${his}`, bensToken)).body).toMatchObject({ code: 'person_removed' });
  // Cleo owns the room that was his; he is in neither, and stays out once his key is let in again.
  const cleoAt2 = await openSession(n2, await tokenAt(n2, cleo));
  for (const room of [his, hers]) {
    const members = async (): Promise<readonly string[]> => {
      const info = (await cleoAt2.call('room.info', { room })) as {
        members: readonly { name: string; role: string }[];
      };
      return info.members.map(({ name, role }) => `${name} ${role}`);
    };
    await expect.poll(members, patience).toEqual(['cleo owner']);
  }
  cleoAt2.close();
  await expect(tokenAt(n2, ben)).rejects.toThrow('person_removed');
  await letIn(n1, ranger, ben, [n1, n2]);
  const benAgain = await openSession(n2, await tokenAt(n2, ben));
  await expect(benAgain.call('room.join', { requestId: 'j3', room: hers })).rejects.toThrow('banned');
  benAgain.close();
  // Nothing waits for whoever has the name, the key or the device.
  const mqtt = await mqttAs(context, n2, ben);
  const heard: string[] = [];
  mqtt.on('message', (_topic, payload) => heard.push(String(payload)));
  await mqtt.subscribeAsync('user/ben/#', { qos: 1 });
  const cleosMqtt = await mqttAs(context, n2, cleo);
  await cleosMqtt.publishAsync('user/ben/contactRequest', 'for who has the name now', { qos: 1 });
  await eventually(() => heard.length > 0, 'what is sent now arrives');
  expect(heard).toEqual(['for who has the name now']);
});

test('it can be taken back while a node is waited for: the name is his again, and bans are lifted', async (context) => {
  const { stage, n1, n2, rangers, ben, hers } = await benIsThere(context);
  await n2.end();
  const { body } = await askAs(n1, 'DELETE persons/ben', rangers);
  await eventually(async () => (await removals(n1, rangers))[0]?.trouble !== undefined, 'n2 is waited for');
  const back = await askAs(n1, `DELETE removals/${String(body.id)}`, rangers);
  expect(back.status).toBe(200);
  await n2.start();
  await stage.isComplete();
  await eventually(async () => (await removals(n1, rangers))[0]?.state === 'compensated', 'all is undone');
  expect(await removals(n1, rangers)).toMatchObject([{ reason: 'ranger took it back.' }]);
  expect((await askAs(n1, 'GET names/ben', '')).body).toMatchObject({ person: ben.person });
  await comesIn(n2, ben);
  const benAgain = await openSession(n2, await tokenAt(n2, ben));
  await benAgain.call('room.join', { requestId: 'j3', room: hers });
  benAgain.close();
  expect((await askAs(n1, `DELETE removals/${String(body.id)}`, rangers)).status).toBe(400);
});

test('who is removed at one node is signed off and refused at the other, also when that is alone, until an operator lets them in', async (context) => {
  const { stage, n1, n2, rangers, ben, cleo, benAt2 } = await benIsThere(context);
  const begun = await askAs(n1, 'DELETE persons/ben', rangers);
  expect(begun.status).toBe(200);
  await benAt2.closed;
  for (const node of [n1, n2]) await expect(tokenAt(node, ben)).rejects.toThrow('person_removed');
  await eventually(async () => (await removals(n1, rangers))[0]?.state === 'completed', 'all steps are done');

  // Nobody is there to ask, and it has just started.
  await n1.end();
  await n2.end();
  await n2.start();
  await expect(tokenAt(n2, ben)).rejects.toThrow('person_removed');
  const cleosToken = await tokenAt(n2, cleo);
  expect((await askAs(n2, 'GET kept-out', cleosToken)).body).toMatchObject({
    keptOut: [{ person: ben.person, name: 'ben', by: 'ranger' }],
  });
  expect((await askAs(n2, `DELETE kept-out/${ben.person}`, cleosToken)).body).toMatchObject({
    code: 'directory_unavailable',
  });

  await n1.start();
  await agreeWhoLeads(stage.nodes, { leader: 'n1', voters: 1 });
  await expect(tokenAt(n1, ben)).rejects.toThrow('person_removed');
  await letIn(n2, cleo, ben, [n1, n2]);
});
