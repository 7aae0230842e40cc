/** A node at its most talkative writes neither what people say nor what lets somebody in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createIdentity } from '@bothy/identity';
import { httpRequest } from '@bothy/testkit';
import { expect, test } from 'vitest';
import { RoomClient } from '../../testing/room-client.ts';
import { connectMqtt, nodeFixture, signIn } from '../../testing/running-node.ts';

const { start } = nodeFixture();

test('bodies, tokens and secrets of webhooks are in no line', async () => {
  const node = await start({ 'log-level': 'debug' });
  const ann = await createIdentity({ name: 'ann', issuedAt: Date.now() });
  const token = (await signIn(node, ann)).body.token ?? '';
  const headers = { authorization: `Bearer ${token}` };
  const client = await RoomClient.open(node, { token });
  const { room } = (await client.call('room.create', { requestId: 'c-1', name: 'Hut' })) as {
    room: { id: string };
  };
  const body = 'The key lies under the third stone';
  await client.call('room.send', { room: room.id, messageId: 'm-1', body });
  await client.ask('room.send', { room: room.id, messageId: 'm-1', body: `${body}!` });
  const refused = await RoomClient.connect(node);
  await refused.ask('session.open', { token: `${token}x` });
  const rest = `${node.webUrl}/api/v1/rooms/${room.id}`;
  const made = await httpRequest(`${rest}/webhooks`, { method: 'POST', headers, body: { label: 'oven' } });
  const { url } = JSON.parse(made.text) as { url: string };
  const secret = url.split('/').at(-1) ?? '';
  expect(secret.length).toBeGreaterThan(15);
  expect((await httpRequest(url, { method: 'POST', body: { text: body } })).status).toBe(200);
  for (const wrong of [{ nothing: body }, body]) await httpRequest(url, { method: 'POST', body: wrong });
  const evil = { origin: 'http://evil.example', ...headers };
  await httpRequest(url, { method: 'POST', headers: evil, body: { text: body } });
  await httpRequest(`${rest}/messages`, { method: 'POST', headers: evil, body: { body } });
  await connectMqtt(node.mqttUrl, ann, `${token}x`).catch(() => {});
  await (await connectMqtt(node.mqttUrl, ann, token)).endAsync();
  await node.stop();

  const log = readFileSync(join(node.dataFolder, 'node.log'), 'utf8');
  // What is looked for would be seen: the log has heard of all of it.
  for (const heard of ['room.order send', 'rest send', 'Pages of other origins', 'connection refused']) {
    expect(log).toContain(heard);
  }
  for (const hidden of ['third stone', secret, token, token.split('.').at(-1) ?? ''])
    expect(log).not.toContain(hidden);
});
