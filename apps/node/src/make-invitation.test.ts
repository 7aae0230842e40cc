import { join } from 'node:path';
import { createIdentity, makeProof } from '@bothy/identity';
import { SqliteNameDirectory } from '@bothy/store';
import { httpRequest } from '@bothy/testkit';
import { expect, test } from 'vitest';
import { nodeFixture, postSession } from '../testing/running-node.ts';
import { makeInvitation, parseConfig, type RunningNode } from './index.ts';

const nodes = nodeFixture();

/** The status and code of somebody's first sign-in with this invitation. */
async function signInAs(
  node: RunningNode,
  name: string,
  invite?: string,
  identity = createIdentity({ name, issuedAt: Date.now() }),
) {
  const challenge = await httpRequest(`${node.webUrl}/api/v1/session/challenge`, { method: 'POST' });
  const { nonce } = JSON.parse(challenge.text);
  const audience = new URL(node.webUrl).host;
  const proof = await makeProof({ identity: await identity, audience, now: Date.now(), nonce });
  const { status, body } = await postSession(node, { proof, invite });
  return { status, code: body.code };
}

async function start(registration: string) {
  const data = nodes.folder();
  const node = await nodes.start({ data, registration });
  const make = async (uses: number, days = 1): Promise<string> => {
    const link = await makeInvitation(parseConfig({ data, http: `${node.httpPort}` }, {}), { uses, days });
    return link.slice(`${node.webUrl}/#/join/`.length);
  };
  return { node, data, make };
}

const welcome = { status: 200, code: undefined };
const refused = { status: 403, code: 'invitation_invalid' };

test('an invitation lets in as many as it says, and then nobody new', async () => {
  const { node, make } = await start('invite');
  expect(await signInAs(node, 'ann')).toEqual({ status: 403, code: 'invitation_required' });
  expect(await signInAs(node, 'ann', 'not-an-invitation')).toEqual(refused);
  const code = await make(2);
  const ann = createIdentity({ name: 'ann', issuedAt: Date.now() });
  expect(await signInAs(node, 'ann', code, ann)).toEqual(welcome);
  // Who is known uses nothing up, with the link or without it.
  expect(await signInAs(node, 'ann', code, ann)).toEqual(welcome);
  expect(await signInAs(node, 'ann', undefined, ann)).toEqual(welcome);
  expect(await signInAs(node, 'ann', code)).toEqual({ status: 409, code: 'name_taken' });
  expect(await signInAs(node, 'ben', code)).toEqual(welcome);
  expect(await signInAs(node, 'cat', code)).toEqual(refused);
});

test('an expired invitation is refused', async () => {
  const { node, data } = await start('invite');
  const names = await SqliteNameDirectory.open({
    file: join(data, 'node.sqlite'),
    wallMs: () => 1,
  });
  await names.invite({ code: 'an-old-invitation', uses: 1, expiresAt: Date.now() - 1 });
  await names.close();
  expect(await signInAs(node, 'ann', 'an-old-invitation')).toEqual(refused);
});

test('where the registration is closed no invitation helps', async () => {
  const { node, make } = await start('closed');
  expect(await signInAs(node, 'ann', await make(1))).toEqual({ status: 403, code: 'registration_closed' });
});

test.each([
  [{ uses: 0, days: 1 }, /--uses/],
  [{ uses: 1.5, days: 1 }, /--uses/],
  [{ uses: 1, days: 366 }, /--days/],
])('%o is refused', async (request, sentence) => {
  await expect(makeInvitation(parseConfig({}, {}), request)).rejects.toThrow(sentence);
});

test('a folder without a node is said to be one, and stays empty', async () => {
  const data = nodes.folder();
  await expect(makeInvitation(parseConfig({ data }, {}), { uses: 1, days: 1 })).rejects.toMatchObject({
    code: 'configuration_invalid',
  });
});
