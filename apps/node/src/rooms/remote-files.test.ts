import { createIdentity } from '@bothy/identity';
import { expect, test } from 'vitest';
import { RoomClient } from '../../testing/room-client.ts';
import { joined, nodeFixture, signIn } from '../../testing/running-node.ts';
import type { RunningNode } from '../index.ts';

const { start } = nodeFixture();

async function enter(node: RunningNode, name: string) {
  const { token = '' } = (await signIn(node, await createIdentity({ name, issuedAt: Date.now() }))).body;
  return { token, client: await RoomClient.open(node, { token }) };
}

test('a file at one node is opened by many at another, and told as unreachable once that node is gone', async () => {
  const one = await start({ id: 'n1' });
  const other = await start({ id: 'n2', join: one.clusterAddress });
  await joined(one, other);
  const ann = await enter(one, 'ann');
  const { room } = await ann.client.call('room.create', { requestId: 'c-1', name: 'Hut' });
  const { id } = room as { id: string };
  const content = 'upper hut '.repeat(50_000);
  const added = await fetch(`${one.webUrl}/api/v1/rooms/${id}/files?name=plan.txt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'text/plain' },
    body: content,
  });
  const { file } = await added.json();

  const ben = await enter(other, 'ben');
  const enters = () => ben.client.call('room.join', { requestId: 'j-1', room: id }).then(() => true);
  // It takes a moment until the other node knows of the room.
  await expect.poll(() => enters().catch(() => false)).toBe(true);
  const open = async (named: string): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${other.webUrl}/api/v1/rooms/${id}/files/n1/${named}`, {
      headers: { authorization: `Bearer ${ben.token}` },
    });
    return { status: answer.status, text: await answer.text() };
  };
  const many = await Promise.all(Array.from({ length: 50 }, () => open(file)));
  expect(many.every(({ status, text }) => status === 200 && text === content)).toBe(true);
  expect((await open(`${file.slice(0, -4)}aaaa`)).status).toBe(404);

  await one.stop();
  expect((await open(file)).status).toBe(503);
});
