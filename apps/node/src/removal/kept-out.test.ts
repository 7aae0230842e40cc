/** Whose key is kept out gets in nowhere, is told why, and comes back when they are let in. */
import { createIdentity, type LocalIdentity, makeProof } from '@bothy/identity';
import { httpRequest } from '@bothy/testkit';
import { beforeAll, expect, test } from 'vitest';
import { connectMqtt, nodeFixture, postSession, signIn } from '../../testing/running-node.ts';
import type { RunningNode } from '../index.ts';

const nodes = nodeFixture();
let ann: LocalIdentity;
let ben: LocalIdentity;
let cid: LocalIdentity;
beforeAll(async () => {
  const make = (name: string) => createIdentity({ name, issuedAt: Date.now() });
  [ann, ben, cid] = await Promise.all([make('ann'), make('ben'), make('cid')]);
});

async function ask(node: RunningNode, request: string, token: string, body?: unknown) {
  const [method = 'GET', path = ''] = request.split(' ');
  const headers = { authorization: `Bearer ${token}` };
  const answer = await httpRequest(`${node.webUrl}/api/v1/${path}`, { method, headers, body });
  return { status: answer.status, body: JSON.parse(answer.text) };
}

async function tokenOf(node: RunningNode, identity: LocalIdentity): Promise<string> {
  return (await signIn(node, identity)).body.token ?? '';
}

async function removed(node: RunningNode, query = ''): Promise<void> {
  const token = await tokenOf(node, ann);
  expect((await ask(node, `DELETE persons/ben${query}`, token)).status).toBe(200);
  const state = async () => (await ask(node, 'GET removals', token)).body.removals[0].state;
  await expect.poll(state).toBe('completed');
}

/** What `/ws` says to a session that is opened with this token. */
async function openWs(node: RunningNode, token: string): Promise<{ error?: { data?: { code?: string } } }> {
  const socket = new WebSocket(`${node.webUrl.replace('http', 'ws')}/ws`, 'bothy.v1');
  const answer = Promise.withResolvers<string>();
  socket.addEventListener('message', ({ data }) => answer.resolve(String(data)));
  socket.addEventListener('open', () =>
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.open', params: { token } })),
  );
  const told = JSON.parse(await answer.promise);
  socket.close();
  return told;
}

const refused = {
  status: 403,
  body: { code: 'person_removed', message: expect.stringContaining('removed') },
};

test('they are refused by REST, /ws and MQTT, by token and by proof, under whatever name', async () => {
  const node = await nodes.start();
  await tokenOf(node, ann);
  const token = await tokenOf(node, ben);
  const mqtt = await connectMqtt(node.mqttUrl, ben, token);
  const ended = new Promise<void>((resolve) => mqtt.once('close', () => resolve()));
  await removed(node);
  await ended;
  expect(await signIn(node, ben)).toMatchObject(refused);
  expect(await ask(node, 'GET rooms', token)).toMatchObject(refused);
  expect((await openWs(node, token)).error?.data?.code).toBe('person_removed');
  const audience = `127.0.0.1:${node.httpPort}`;
  const proof = await makeProof({ identity: ben, audience, now: Date.now() });
  for (const password of [token, proof])
    await expect(connectMqtt(node.mqttUrl, ben, password)).rejects.toMatchObject({ code: 5 });
  // The name is free for somebody else.
  const other = await createIdentity({ name: 'ben', issuedAt: Date.now() });
  expect((await signIn(node, other)).status).toBe(200);
});

test('operators see who is kept out, and let them in again', async () => {
  const node = await nodes.start();
  const token = await tokenOf(node, ann);
  const bens = await tokenOf(node, ben);
  expect(await ask(node, 'GET kept-out', token)).toEqual({ status: 200, body: { keptOut: [] } });
  expect((await ask(node, 'GET kept-out', bens)).status).toBe(403);
  await removed(node);
  const { body } = await ask(node, 'GET kept-out', token);
  const shown = { person: ben.person, name: 'ben', by: 'ann', at: expect.any(Number) };
  expect(body).toEqual({ keptOut: [shown] });
  expect((await ask(node, `DELETE kept-out/${cid.person}`, token)).status).toBe(404);
  expect((await ask(node, 'DELETE kept-out/x', token)).status).toBe(400);
  expect((await ask(node, `DELETE kept-out/${ben.person}`, bens)).status).toBe(403);
  expect((await signIn(node, ben)).status).toBe(403);
  expect(await ask(node, `DELETE kept-out/${ben.person}`, token)).toEqual({ status: 200, body: shown });
  expect(await ask(node, 'GET kept-out', token)).toEqual({ status: 200, body: { keptOut: [] } });
  expect((await ask(node, `DELETE kept-out/${ben.person}`, token)).status).toBe(404);
  expect((await signIn(node, ben)).status).toBe(200);
});

test('after a start they are kept out from the first moment', async () => {
  const data = nodes.folder();
  const first = await nodes.start({ data });
  await tokenOf(first, ann);
  await tokenOf(first, ben);
  await removed(first);
  await first.stop();
  const second = await nodes.start({ data });
  expect(await signIn(second, ben)).toMatchObject(refused);
});

test('who may return does so at once', async () => {
  const node = await nodes.start();
  const token = await tokenOf(node, ann);
  await tokenOf(node, ben);
  expect((await ask(node, 'DELETE persons/ben?mayReturn=perhaps', token)).status).toBe(400);
  await removed(node, '?mayReturn=true');
  expect((await ask(node, 'GET kept-out', token)).body).toEqual({ keptOut: [] });
  expect((await signIn(node, ben)).status).toBe(200);
});

test('an invitation is not used up by who is kept out', async () => {
  const data = nodes.folder();
  const open = await nodes.start({ data });
  await tokenOf(open, ann);
  await tokenOf(open, ben);
  await removed(open);
  await open.stop();
  const node = await nodes.start({ data, registration: 'invite' });
  const made = await ask(node, 'POST invitations', await tokenOf(node, ann), { uses: 1, days: 1 });
  const take = async (identity: LocalIdentity) => {
    const challenge = await httpRequest(`${node.webUrl}/api/v1/session/challenge`, { method: 'POST' });
    const audience = new URL(node.webUrl).host;
    const { nonce } = JSON.parse(challenge.text);
    const proof = await makeProof({ identity, audience, now: Date.now(), nonce });
    return await postSession(node, { proof, invite: made.body.code });
  };
  expect(await take(ben)).toMatchObject(refused);
  expect((await take(cid)).status).toBe(200);
});
