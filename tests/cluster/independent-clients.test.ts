/** Programs that others write, with the reference pages in their hands and none of our code. */

import { connect, type Heard } from '@bothy/rooms/drivers/websocket/independent-client';
import { expect, test } from 'vitest';
import { ClusterStage, patience } from './stage/cluster-stage.ts';
import { clusterClient } from './stage/grpc-client.ts';
import type { NodeProcess } from './stage/node-process.ts';

test('a client of thirty lines chats over two nodes, and a plain gRPC client lists rooms and delivers', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 2 });
  const [n1, n2] = stage.nodes as [NodeProcess, NodeProcess];
  const heard: Heard[] = [];
  const anna = await connect(n1.socketUrl, 'anna', (each) => heard.push(each));
  const ben = await connect(n2.socketUrl, 'ben', () => {});
  const created = await anna.call('room.create', { requestId: 'c1', name: 'Hut' });
  const { id: room } = { ...created.result }.room as { id: string };
  await expect
    .poll(async () => JSON.stringify((await ben.call('room.list')).result?.rooms), patience)
    .toContain(room);
  await ben.call('room.join', { requestId: 'j1', room });
  const sent = await ben.call('room.send', { room, messageId: 'm1', body: 'Hello over there' });
  const bodies = (): unknown[] => heard.map(({ params }) => params?.body);
  await expect.poll(bodies, patience).toContain('Hello over there');

  // At the node that does not order the room: it forwards like any other node.
  const client = clusterClient(n2.clusterAddress);
  const { reply } = await client.call('ListRooms', {});
  const listed = reply?.rooms as { administrator: string; room: { id: string; last_seq: number } }[];
  expect(listed.find((each) => each.room.id === room)).toMatchObject({ administrator: 'n1' });
  const actor = { person: 'guest:carl', name: 'carl', verified: false, operator: false };
  const forward = (id: string, kind: string, command: object) => ({
    forward: { id, actor, kind, room, command_json: JSON.stringify(command), trace: '' },
  });
  const delivered = await client.call('Deliver', {
    messages: [
      forward('1', 'send', { messageId: 'm1', body: 'not in it yet' }),
      forward('2', 'join', { requestId: 'j1', limit: 10 }),
      forward('3', 'send', { messageId: 'm2', body: 'Hello from a program' }),
      forward('4', 'send', { messageId: 'm2', body: 'Hello from a program' }),
      forward('5', 'send', { messageId: 'm2', body: 'something else' }),
    ],
  });
  const { messages } = delivered.reply as { messages: { forwarded: Record<string, unknown> }[] };
  const answers = messages.map(({ forwarded }) => forwarded);
  expect(answers[0]?.refusal).toMatchObject({ code: 'not_a_member' });
  const seqOf = (at: number): { seq: number; duplicate: boolean } =>
    JSON.parse(String(answers[at]?.value_json));
  expect(seqOf(2)).toMatchObject({ seq: Number(sent.result?.seq) + 2, duplicate: false });
  expect(seqOf(3)).toEqual({ ...seqOf(2), duplicate: true });
  expect(answers[4]?.refusal).toMatchObject({ code: 'message_id_reused' });
  await expect.poll(bodies, patience).toContain('Hello from a program');
  const history = async (): Promise<string> => {
    const { reply } = await client.call('History', { room, after: 0, limit: 100, actor });
    return JSON.stringify(reply?.entries);
  };
  await expect.poll(history, patience).toContain('Hello over there');
  client.close();
  for (const each of [anna, ben]) each.close();
});
