/** What `/metrics` shows, on real nodes. */
import { httpRequest } from '@bothy/testkit';
import { expect, test } from 'vitest';
import { joinRoom, openRoom } from '../testing/room-client.ts';
import { joined, nodeFixture } from '../testing/running-node.ts';
import type { RunningNode } from './index.ts';

const { start } = nodeFixture();

async function metrics(node: RunningNode): Promise<string> {
  return (await httpRequest(`${node.webUrl}/metrics`)).text;
}

/** The value of one line, by its name with labels as they stand there. */
async function metric(node: RunningNode, name: string): Promise<number | undefined> {
  const found = (await metrics(node)).split('\n').find((line) => line.startsWith(`${name} `));
  return found === undefined ? undefined : Number(found.slice(name.length));
}

test('nodes that come and go are counted by their health', async () => {
  const one = await start({ id: 'n1' });
  const up = 'bothy_cluster_nodes{health="up"}';
  expect(await metric(one, up)).toBe(0);
  const two = await start({ id: 'n2', join: one.clusterAddress });
  await expect.poll(() => metric(one, up)).toBe(1);
  await two.stop();
  await expect.poll(() => metric(one, 'bothy_cluster_nodes{health="down"}')).toBe(1);
  expect(await metric(one, up)).toBe(0);
});

test('sends are timed where they are ordered, and forwards where they come from', async () => {
  const one = await start({ id: 'n1' });
  const two = await start({ id: 'n2', join: one.clusterAddress });
  await joined(one, two);
  const { client: ann, room } = await openRoom(one, 'ann');
  const ben = await joinRoom(two, 'ben', room);
  const durable = 'bothy_rooms_send_durable_seconds_count';
  const forwards = 'bothy_rooms_forward_seconds_count';
  const before = (await metric(two, forwards)) ?? 0;
  await ann.call('room.send', { room, messageId: 'm-1', body: 'one' });
  await ben.call('room.send', { room, messageId: 'm-2', body: 'two' });
  expect((await ben.ask('room.send', { room, messageId: 'm-2', body: 'other' })).error).toBeDefined();
  // What was refused was not made durable.
  expect([await metric(one, durable), await metric(two, durable)]).toEqual([2, 0]);
  expect([await metric(one, forwards), await metric(two, forwards)]).toEqual([0, before + 2]);
  expect(await metric(one, 'bothy_rooms_commit_seconds_count')).toBeGreaterThanOrEqual(2);
  const seconds = await metric(one, 'bothy_rooms_send_durable_seconds_sum');
  expect(seconds).toBeGreaterThan(0);
  // No milliseconds.
  expect(seconds).toBeLessThan(120);
});
