import { createIdentity } from '@bothy/identity';
import { expect, test } from 'vitest';
import { RoomClient } from '../../testing/room-client.ts';
import { joined, nodeFixture, signIn } from '../../testing/running-node.ts';
import { creationOf } from './creation.ts';

const nodes = nodeFixture();

test('a creation has one beginning of an id, which differs by person and by request', () => {
  const person = 'a'.repeat(32);
  expect(creationOf(person, 'c-1')).toBe(creationOf(person, 'c-1'));
  const all = [creationOf(person, 'c-1'), creationOf(person, 'c-2'), creationOf('b'.repeat(32), 'c-1')];
  expect(new Set(all).size).toBe(3);
  for (const each of all) expect(each).toMatch(/^[a-z2-7]{16}$/);
});

test('a room that is asked for again at another node is the room that there is, and asked for at both at once it is one', async () => {
  const one = await nodes.start({ id: 'n1' });
  const two = await nodes.start({ id: 'n2', join: one.clusterAddress });
  await joined(one, two);
  const ann = await createIdentity({ name: 'ann', issuedAt: Date.now() });
  const enter = async (node: typeof one) => {
    const { token = '' } = (await signIn(node, ann)).body;
    return await RoomClient.open(node, { token });
  };
  const [atOne, atTwo] = [await enter(one), await enter(two)];
  const create = async (client: RoomClient) =>
    (await client.call('room.create', { requestId: 'c-1', name: 'Hut', visibility: 'private' })).room as {
      id: string;
      administrator: string;
    };
  const room = await create(atOne);
  await expect.poll(async () => JSON.stringify((await atTwo.call('room.list')).rooms)).toContain(room.id);
  expect(await create(atTwo)).toMatchObject({ id: room.id, administrator: 'n1' });
  const entered = await atTwo.call('room.join', { requestId: 'j-1', room: room.id });
  expect(entered).toMatchObject({ room: { id: room.id } });
  // At once, at both, again and again: whoever comes second is told where it is, or what it is.
  for (const requestId of ['c-2', 'c-3', 'c-4']) {
    const told = await Promise.allSettled(
      [atOne, atTwo].map(
        async (client) => (await client.call('room.create', { requestId, name: 'Hut' })).room,
      ),
    );
    expect(told.some(({ status }) => status === 'fulfilled')).toBe(true);
    const again = async (client: RoomClient): Promise<string> => {
      const { room } = (await client.call('room.create', { requestId, name: 'Hut' })) as {
        room: { id: string };
      };
      return room.id;
    };
    const found = async (): Promise<number> => new Set(await Promise.all([atOne, atTwo].map(again))).size;
    await expect.poll(found).toBe(1);
  }
});
