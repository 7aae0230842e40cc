import { createIdentity, type LocalIdentity, makeProof } from '@bothy/identity';
import { httpRequest } from '@bothy/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectMqtt, nodeFixture, postSession, signIn } from '../testing/running-node.ts';
import { appointOperator, parseConfig, type RunningNode } from './index.ts';

const nodes = nodeFixture();
let ann: LocalIdentity;
let ben: LocalIdentity;
beforeAll(async () => {
  const make = (name: string) => createIdentity({ name, issuedAt: Date.now() });
  [ann, ben] = await Promise.all([make('ann'), make('ben')]);
});

/** Asks REST with a token. */
async function ask(node: RunningNode, request: string, token?: string, body?: unknown) {
  const [method = 'GET', path = ''] = request.split(' ');
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await httpRequest(`${node.webUrl}/api/v1/${path}`, { method, headers, body });
  return { status: answer.status, body: JSON.parse(answer.text) };
}

async function tokenOf(node: RunningNode, identity: LocalIdentity): Promise<string> {
  return (await signIn(node, identity)).body.token ?? '';
}

describe('who opens a fresh node from its own machine', () => {
  test('operates it, is told so, and does after a restart; nobody else does', async () => {
    const data = nodes.folder();
    const first = await nodes.start({ data });
    expect(first.hadOperator).toBe(false);
    expect((await signIn(first, ann)).body).toMatchObject({ role: 'operator' });
    expect((await signIn(first, ben)).body.role).toBeUndefined();
    await first.stop();
    const second = await nodes.start({ data });
    expect(second.hadOperator).toBe(true);
    expect((await signIn(second, ben)).body.role).toBeUndefined();
    expect((await signIn(second, ann)).body).toMatchObject({ role: 'operator' });
  });

  test('may do so after others came in through a proxy', async () => {
    const node = await nodes.start();
    const challenge = await httpRequest(`${node.webUrl}/api/v1/session/challenge`, { method: 'POST' });
    const { nonce } = JSON.parse(challenge.text);
    const audience = `127.0.0.1:${node.httpPort}`;
    const proof = await makeProof({ identity: ben, audience, now: Date.now(), nonce });
    const headers = { 'x-forwarded-for': '192.0.2.7' };
    const request = { method: 'POST', headers, body: { proof } };
    const { status, text } = await httpRequest(`${node.webUrl}/api/v1/session`, request);
    expect([status, JSON.parse(text).role]).toEqual([200, undefined]);
    expect((await signIn(node, ann)).body).toMatchObject({ role: 'operator' });
  });

  test('is let by MQTT where operators are: by token and by proof', async () => {
    const node = await nodes.start();
    const annsToken = await tokenOf(node, ann);
    const bensToken = await tokenOf(node, ben);
    const proof = await makeProof({ identity: ann, audience: `127.0.0.1:${node.httpPort}`, now: Date.now() });
    for (const password of [annsToken, proof]) {
      const client = await connectMqtt(node.mqttUrl, ann, password);
      expect(await client.subscribeAsync('edge/#')).toMatchObject([{ topic: 'edge/#' }]);
      await client.endAsync();
    }
    const client = await connectMqtt(node.mqttUrl, ben, bensToken);
    await expect(client.subscribeAsync('edge/#')).rejects.toThrow();
    await client.endAsync();
  });
});

describe('what only an operator may', () => {
  test.each([
    ['GET names', undefined],
    ['DELETE names/ben', undefined],
    ['POST invitations', { uses: 1, days: 1 }],
  ])('%s needs a token, and the role', async (request, body) => {
    const node = await nodes.start();
    const annsToken = await tokenOf(node, ann);
    const bensToken = await tokenOf(node, ben);
    const asked = async (token?: string) => {
      const answer = await ask(node, request, token, body);
      return [answer.status, answer.body.code];
    };
    expect(await asked()).toEqual([401, 'unauthorized']);
    expect(await asked('not-a-token')).toEqual([401, 'unauthorized']);
    expect(await asked(`${annsToken.slice(0, -4)}AAAA`)).toEqual([401, 'unauthorized']);
    expect(await asked(bensToken)).toEqual([403, 'forbidden']);
    expect(await asked(annsToken)).toEqual([200, body === undefined ? undefined : expect.any(String)]);
  });

  test('names are listed; one that is released is free, and its owner is sent off', async () => {
    const node = await nodes.start();
    const annsToken = await tokenOf(node, ann);
    const bensToken = await tokenOf(node, ben);
    const { body } = await ask(node, 'GET names', annsToken);
    expect(body).toEqual({
      names: [
        { name: 'ann', person: ann.person, claimedAt: expect.any(Number), operator: true },
        { name: 'ben', person: ben.person, claimedAt: expect.any(Number), operator: false },
      ],
      complete: true,
    });
    const client = await connectMqtt(node.mqttUrl, ben, bensToken);
    const sentOff = new Promise<void>((resolve) => client.once('close', () => resolve()));
    expect(await ask(node, 'DELETE names/ben', annsToken)).toEqual({
      status: 200,
      body: { name: 'ben', person: ben.person },
    });
    await sentOff;
    await expect(connectMqtt(node.mqttUrl, ben, bensToken)).rejects.toMatchObject({ code: 5 });
    expect(await ask(node, 'DELETE names/ben', annsToken)).toMatchObject({ status: 404 });
    const other = await createIdentity({ name: 'ben', issuedAt: Date.now() });
    expect(await signIn(node, other)).toMatchObject({ status: 200 });
  });

  test('an operator cannot lock themselves out, and an ill-formed name is told', async () => {
    const node = await nodes.start();
    const token = await tokenOf(node, ann);
    expect(await ask(node, 'DELETE names/ann', token)).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect(await ask(node, 'DELETE names/Ann', token)).toMatchObject({
      status: 400,
      body: { code: 'name_invalid' },
    });
  });

  test('an invitation lets somebody in', async () => {
    const data = nodes.folder();
    const open = await nodes.start({ data });
    await signIn(open, ann);
    await open.stop();
    const node = await nodes.start({ data, registration: 'invite' });
    const token = await tokenOf(node, ann);
    const { status, body } = await ask(node, 'POST invitations', token, { uses: 1, days: 2 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ uses: 1, link: `${node.webUrl}/#/join/${body.code}` });
    expect(body.expiresAt - Date.now()).toBeGreaterThan(47 * 3_600_000);
    expect(await signIn(node, ben)).toMatchObject({ status: 403, body: { code: 'invitation_required' } });
    const challenge = await httpRequest(`${node.webUrl}/api/v1/session/challenge`, { method: 'POST' });
    const { nonce } = JSON.parse(challenge.text);
    const audience = new URL(node.webUrl).host;
    const proof = await makeProof({ identity: ben, audience, now: Date.now(), nonce });
    expect(await postSession(node, { proof, invite: body.code })).toMatchObject({ status: 200 });
  });

  test.each([
    {},
    { uses: 0, days: 1 },
    { uses: 1_001, days: 1 },
    { uses: 1, days: 366 },
    { uses: '1', days: 1 },
  ])('an invitation of another shape is told: %o', async (wanted) => {
    const node = await nodes.start();
    const token = await tokenOf(node, ann);
    const answer = await ask(node, 'POST invitations', token, wanted);
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  });
});

describe('in the data folder', () => {
  test('operators are told, made and unmade', async () => {
    const data = nodes.folder();
    const node = await nodes.start({ data });
    const config = parseConfig({ data }, {});
    expect(await appointOperator(config, {})).toEqual([]);
    await signIn(node, ann);
    await signIn(node, ben);
    expect(await appointOperator(config, { name: 'ben' })).toEqual(['ann', 'ben']);
    expect((await signIn(node, ben)).body).toMatchObject({ role: 'operator' });
    expect(await appointOperator(config, { name: 'ann', remove: true })).toEqual(['ben']);
    expect((await signIn(node, ann)).body.role).toBeUndefined();
  });

  test('a name that nobody has, an ill-formed one and a folder without a node are told', async () => {
    const data = nodes.folder();
    const config = parseConfig({ data }, {});
    await expect(appointOperator(config, {})).rejects.toMatchObject({ code: 'configuration_invalid' });
    await nodes.start({ data });
    await expect(appointOperator(config, { name: 'cid' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(appointOperator(config, { name: 'A B' })).rejects.toMatchObject({ code: 'name_invalid' });
  });
});
