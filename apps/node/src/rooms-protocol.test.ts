/** A real node keeps to the tables of the client protocol: every answer and notification has the shape that they say. */
import { roomMethods, roomNotifications } from '@bothy/wire/schemas';
import { expect, test } from 'vitest';
import { RoomClient } from '../testing/room-client.ts';
import { nodeFixture } from '../testing/running-node.ts';
import type { RunningNode } from './index.ts';

const nodes = nodeFixture();

/** A client whose results are checked against the table. */
class Client extends RoomClient {
  static async enter(node: RunningNode, name: string, resume: unknown[] = []): Promise<Client> {
    const client = new Client(await RoomClient.socketTo(node));
    await client.call('session.open', { name, resume });
    return client;
  }

  override async call(method: string, params: unknown = {}): Promise<{ readonly [member: string]: unknown }> {
    const { result, error } = await this.ask(method, params);
    expect(error, method).toBeUndefined();
    const row = roomMethods.find((each) => each.method === method);
    expect(row?.result.safeParse(result), method).toMatchObject({ success: true });
    return result ?? {};
  }
}

test('every method answers, and every notification is told, in the shape of its table', async () => {
  const node = await nodes.start();
  const [anna, ben] = [await Client.enter(node, 'anna'), await Client.enter(node, 'ben')];
  const created = await anna.call('room.create', { requestId: 'c-1', name: 'Hut' });
  const room = (created as { room: { id: string } }).room.id;
  const own = { room };
  await ben.call('room.join', { requestId: 'j-1', ...own });
  await ben.call('room.send', { ...own, messageId: 'm-1', body: 'Who fetches wood?' });
  const { seq: target } = (await anna.call('room.send', { ...own, messageId: 'm-1', body: 'I do.' })) as {
    seq: number;
  };
  const about = { ...own, target };
  await anna.call('room.edit', { requestId: 'e-1', ...about, body: 'I do, tomorrow.' });
  await ben.call('room.react', { requestId: 'r-1', ...about, emoji: '👍' });
  await anna.call('room.pin', { requestId: 'p-1', ...about });
  await ben.call('room.typing', own);
  await ben.call('room.markRead', { ...own, seq: target });
  await anna.call('room.redact', { requestId: 'd-1', ...about });
  await anna.call('room.invite', { requestId: 'i-1', ...own, person: 'guest:carl' });
  await anna.call('room.setRole', { requestId: 's-1', ...own, person: 'guest:ben', role: 'moderator' });
  await anna.call('room.update', { requestId: 'u-1', ...own, description: 'Wood and water.' });
  await anna.call('room.info', own);
  await anna.call('room.history', { ...own, limit: 200 });
  await anna.call('room.list');
  await anna.call('session.ping');
  const { seq: last } = (await anna.call('room.ban', { requestId: 'b-1', ...own, person: 'guest:eve' })) as {
    seq: number;
  };

  const back = await Client.enter(node, 'ben', [{ room, epoch: 1, seq: target }]);
  await back.until(({ params }) => params?.room === room && params.seq === last);
  await back.call('room.leave', { requestId: 'l-1', ...own });
  await anna.until(({ method }) => method === 'room.memberLeft');
  await anna.call('room.delete', { requestId: 'z-1', ...own });
  await anna.until(({ method }) => method === 'room.state');

  const told = [anna, ben, back].flatMap(({ heard }) => heard).filter(({ method }) => method !== undefined);
  for (const { method, params } of told) {
    const row = roomNotifications.find((each) => each.method === method);
    expect(row?.params.safeParse(params), `${method} ${JSON.stringify(params)}`).toMatchObject({
      success: true,
    });
  }
  expect([...new Set(told.map(({ method }) => method))].sort()).toEqual([
    'room.entry',
    'room.memberJoined',
    'room.memberLeft',
    'room.message',
    'room.presence',
    'room.state',
    'room.typing',
  ]);
});

test('what the core refuses comes with its code, and the connection goes on', async () => {
  const node = await nodes.start();
  const anna = await Client.enter(node, 'anna');
  const { room } = (await anna.call('room.create', { requestId: 'c-1', name: 'Hut' })) as {
    room: { id: string };
  };
  const ben = await Client.enter(node, 'ben');
  const own = { room: room.id };
  await anna.call('room.send', { ...own, messageId: 'm-1', body: 'one' });
  const refusals: readonly (readonly [Client, string, unknown, string])[] = [
    [anna, 'room.info', { room: 'a2b3c4d5e6f7g2h3i4j5' }, 'room_not_found'],
    [ben, 'room.send', { ...own, messageId: 'm-1', body: 'x' }, 'not_a_member'],
    [anna, 'room.send', { ...own, messageId: 'm-1', body: 'two' }, 'message_id_reused'],
    [anna, 'room.edit', { ...own, requestId: 'e-1', target: 9_000, body: 'x' }, 'target_not_found'],
    [ben, 'room.delete', { ...own, requestId: 'z-1' }, 'not_a_member'],
    [anna, 'room.invite', { ...own, requestId: 'i-1', name: 'nobody' }, 'not_found'],
  ];
  for (const [client, method, params, code] of refusals) {
    expect((await client.ask(method, params)).error, method).toMatchObject({ code: -32000, data: { code } });
  }
  expect(await anna.call('room.send', { ...own, messageId: 'm-1', body: 'one' })).toMatchObject({
    duplicate: true,
  });
});
