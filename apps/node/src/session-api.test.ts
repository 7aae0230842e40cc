import { createIdentity, type LocalIdentity, makeProof } from '@bothy/identity';
import { httpRequest } from '@bothy/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectMqtt, nodeFixture, postSession, signIn } from '../testing/running-node.ts';

const nodes = nodeFixture();
let ann: LocalIdentity;
let otherAnn: LocalIdentity;
beforeAll(async () => {
  [ann, otherAnn] = await Promise.all([
    createIdentity({ name: 'ann', issuedAt: Date.now() }),
    createIdentity({ name: 'ann', issuedAt: Date.now() }),
  ]);
});

describe('signing in', () => {
  test('claims the name, and gives a token that MQTT takes', async () => {
    const node = await nodes.start();
    expect(await httpRequest(`${node.webUrl}/api/v1/names/ann`)).toMatchObject({ status: 404 });
    const before = Date.now();
    const { status, body } = await signIn(node, ann);
    expect(status).toBe(200);
    const role = 'operator';
    expect(body).toEqual({ token: expect.any(String), expiresAt: expect.any(Number), name: 'bound', role });
    expect(Number(body.expiresAt) - before).toBeGreaterThan(14 * 60_000);
    const { text } = await httpRequest(`${node.webUrl}/api/v1/names/ann`);
    expect(JSON.parse(text)).toEqual({ name: 'ann', person: ann.person });

    const client = await connectMqtt(`ws://127.0.0.1:${node.httpPort}/mqtt`, ann, body.token ?? '');
    expect(client.connected).toBe(true);
    await client.endAsync();
  });

  test('a name of somebody else is taken', async () => {
    const node = await nodes.start();
    await signIn(node, ann);
    expect(await signIn(node, otherAnn)).toMatchObject({ status: 409, body: { code: 'name_taken' } });
  });

  test('a node that is closed takes no new names', async () => {
    const node = await nodes.start({ registration: 'closed' });
    expect(await signIn(node, ann)).toMatchObject({ status: 403, body: { code: 'registration_closed' } });
  });

  test('a proof for another node, an answered challenge and one that was never given are refused', async () => {
    const node = await nodes.start();
    const refused = { status: 401, body: { code: 'unauthorized' } };
    expect(await signIn(node, ann, 'evil.example:8080')).toMatchObject(refused);
    const challenge = await httpRequest(`${node.webUrl}/api/v1/session/challenge`, { method: 'POST' });
    const { nonce } = JSON.parse(challenge.text);
    const audience = `localhost:${node.httpPort}`;
    const proof = await makeProof({ identity: ann, audience, now: Date.now(), nonce });
    expect(await postSession(node, { proof })).toMatchObject({ status: 200 });
    expect(await postSession(node, { proof })).toMatchObject(refused);
    const unasked = await makeProof({ identity: ann, audience, now: Date.now() });
    expect(await postSession(node, { proof: unasked })).toMatchObject(refused);
  });

  test('a proof is good for REST or for MQTT, and never for both', async () => {
    const node = await nodes.start();
    const url = `ws://127.0.0.1:${node.httpPort}/mqtt`;
    const proofFor = async (): Promise<string> => {
      const challenge = await httpRequest(`${node.webUrl}/api/v1/session/challenge`, { method: 'POST' });
      const { nonce } = JSON.parse(challenge.text);
      return makeProof({ identity: ann, audience: `127.0.0.1:${node.httpPort}`, now: Date.now(), nonce });
    };
    const usedForRest = await proofFor();
    expect(await postSession(node, { proof: usedForRest })).toMatchObject({ status: 200 });
    await expect(connectMqtt(url, ann, usedForRest)).rejects.toMatchObject({ code: 4 });
    const usedForMqtt = await proofFor();
    await (await connectMqtt(url, ann, usedForMqtt)).endAsync();
    expect(await postSession(node, { proof: usedForMqtt })).toMatchObject({ status: 401 });
  });

  test('MQTT takes from the same allowance of sign-ins', async () => {
    const node = await nodes.start();
    const ask = () => httpRequest(`${node.webUrl}/api/v1/session/challenge`, { method: 'POST' });
    // All the time, for the allowance fills up again.
    let isAsking = true;
    const asked = (async () => {
      const statuses = new Set<number>();
      while (isAsking) {
        for (const { status } of await Promise.all(Array.from({ length: 50 }, ask))) statuses.add(status);
      }
      return statuses;
    })();
    const audience = `127.0.0.1:${node.httpPort}`;
    const connect = async (): Promise<unknown> => {
      const proof = await makeProof({ identity: ann, audience, now: Date.now() });
      try {
        await (await connectMqtt(node.mqttUrl, ann, proof)).endAsync();
        return 'let in';
      } catch (thrown) {
        return (thrown as { code?: unknown }).code;
      }
    };
    // "Server unavailable": clients come back by themselves.
    try {
      await expect.poll(connect).toBe(3);
    } finally {
      isAsking = false;
    }
    expect(await asked).toContain(429);
  });

  test.each([{}, { proof: 1 }, { proof: 'x'.repeat(9_000) }, [], 'text'])(
    'a request of another shape is told: %#',
    async (body) => {
      const node = await nodes.start();
      expect(await postSession(node, body)).toMatchObject({ status: 400, body: { code: 'bad_request' } });
    },
  );

  test('whoever asks too often has to wait', async () => {
    const node = await nodes.start();
    const ask = async (): Promise<number> =>
      (await httpRequest(`${node.webUrl}/api/v1/session/challenge`, { method: 'POST' })).status;
    const statuses: number[] = [];
    // However many it takes: the allowance fills up meanwhile.
    while (!statuses.includes(429)) {
      statuses.push(...(await Promise.all(Array.from({ length: 50 }, ask))));
    }
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(100);
    expect(await httpRequest(`${node.webUrl}/healthz`)).toMatchObject({ status: 200 });
  });
});

test('a name that is not well formed is told as such', async () => {
  const node = await nodes.start();
  for (const name of ['Ann', 'x', 'a%2Fb']) {
    const answer = await httpRequest(`${node.webUrl}/api/v1/names/${name}`);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'name_invalid' });
  }
});
