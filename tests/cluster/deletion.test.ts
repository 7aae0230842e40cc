/** Deletions whose coordinator or participants end in the middle, and nodes that come back with what they had before. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { ClusterStage, patience } from './stage/cluster-stage.ts';
import { History } from './stage/history.ts';
import { breaches } from './stage/history-checker.ts';
import { RecordedClient } from './stage/recorded-client.ts';

/** A room of n1 with a member at each node, each of whom stays at theirs. */
async function roomOfThree(context: TestContext, name: string) {
  const stage = await ClusterStage.open(context, { network: true });
  const history = new History();
  const clients = stage.nodes.map(
    (node, at) => new RecordedClient(`person${at}`, [node.socketUrl], history),
  ) as [RecordedClient, RecordedClient, RecordedClient];
  context.onTestFinished(() => {
    for (const client of clients) client.close();
  });
  const room = await clients[0].create(name);
  await Promise.all(clients.map((client) => client.join(room)));
  const last = await clients[2].say(room, 'before');
  await Promise.all(clients.map((client) => client.untilSeen(room, last)));
  return { stage, history, clients, room };
}

type Stage = Awaited<ReturnType<typeof roomOfThree>>;

/** Whether a node has promised to delete the room, and not heard yet what was decided. */
function isPrepared({ stage, room }: Stage, node: string): boolean {
  return stage
    .database(node)
    .commits.some(
      ({ role, state, subject }) => role === 'participant' && state === 'prepared' && subject === room,
    );
}

const rooms = async ({ stage }: Stage, node: string): Promise<string[]> =>
  (await stage.node(node).cluster()).rooms.map(({ id }) => id);

test('a coordinator that is killed while it waits for a vote: the room stays, on all nodes, and is used again', async (context) => {
  const made = await roomOfThree(context, 'stays');
  const { stage, history, clients, room } = made;
  const [anna, ben, cleo] = clients;
  stage.node('n2').pause();
  // n2 is asked and cannot answer; n3 has promised.
  anna.call('room.delete', { requestId: 'delete-1', room }).catch(() => {});
  await expect.poll(() => isPrepared(made, 'n3'), patience).toBe(true);
  await stage.node('n1').end();
  await expect.poll(() => cleo.notices.map(({ params }) => params.state), patience).toContain('deleting');
  stage.node('n2').resume();
  await stage.node('n1').start();
  await stage.isComplete();
  // Presumed abort: everybody may write again.
  const last = await Promise.all([anna.say(room, 'a'), ben.say(room, 'b'), cleo.say(room, 'c')]);
  await Promise.all(clients.map((client) => client.untilSeen(room, Math.max(...last))));
  await expect.poll(() => isPrepared(made, 'n2') || isPrepared(made, 'n3'), patience).toBe(false);
  for (const client of clients) client.close();
  await stage.stop();
  const databases = stage.databases();
  expect(databases.map(({ rooms: kept }) => kept.has(room))).toEqual([true, true, true]);
  expect(databases.map(({ tombstones }) => tombstones.size)).toEqual([0, 0, 0]);
  expect(breaches({ history, databases, caughtUp: ['n2', 'n3'] })).toEqual([]);
});

test('a coordinator and a participant that are killed after the decision: the room is gone, on all nodes, for ever', async (context) => {
  const made = await roomOfThree(context, 'goes');
  const { stage, history, clients, room } = made;
  const [anna] = clients;
  // The vote of n2 is on its way while n2 stops: it never hears the decision.
  const votes = async (): Promise<number> => (await stage.node('n2').sentToNodes()).get('commit') ?? 0;
  const before = await votes();
  stage.hold('n2', 'n1');
  const deletion = anna.call('room.delete', { requestId: 'delete-1', room });
  await expect.poll(() => isPrepared(made, 'n2'), patience).toBe(true);
  // It is sent once it is on the disk.
  await expect.poll(votes, patience).toBeGreaterThan(before);
  stage.node('n2').pause();
  stage.release('n2', 'n1');
  const outcome = await deletion;
  expect(outcome).toMatchObject({ outcome: 'committed', pending: expect.arrayContaining(['n2']) });
  await Promise.all([stage.node('n1').end(), stage.node('n2').end()]);
  expect(isPrepared(made, 'n2')).toBe(true);
  // The participant first: it has promised, and does not guess.
  await stage.node('n2').start();
  await expect.poll(() => stage.node('n2').hears(), patience).toContain('n3 up');
  expect(isPrepared(made, 'n2')).toBe(true);
  await stage.node('n1').start();
  await stage.isComplete();
  await expect.poll(() => isPrepared(made, 'n2'), patience).toBe(false);
  for (const { id } of stage.nodes) await expect.poll(() => rooms(made, id), patience).not.toContain(room);
  await anna.until(() => anna.at !== undefined);
  await expect(anna.call('room.join', { requestId: 'again', room })).rejects.toThrow(
    /room_deleted|not_found/,
  );
  for (const client of clients) client.close();
  await stage.stop();
  const databases = stage.databases();
  expect(databases.map(({ tombstones }) => tombstones.has(room))).toEqual([true, true, true]);
  expect(breaches({ history, databases, deleted: new Set([room]) })).toEqual([]);
});

for (const [who, stale] of [
  ['a member', 'n3'],
  ['the administrator', 'n1'],
] as const) {
  test(`${who} that starts with an old data folder does not bring the room back`, async (context) => {
    const made = await roomOfThree(context, 'buried');
    const { stage, history, clients, room } = made;
    const [anna, ben, cleo] = clients;
    const node = stage.node(stale);
    const old = join(stage.folder, 'old');
    await node.end();
    cpSync(node.setup.data, old, { recursive: true });
    await node.start();
    await stage.isComplete();
    const last = await cleo.say(room, 'once more');
    await anna.untilSeen(room, last);
    expect(await anna.call('room.delete', { requestId: 'delete-1', room })).toMatchObject({
      outcome: 'committed',
    });
    for (const { id } of stage.nodes) await expect.poll(() => rooms(made, id), patience).not.toContain(room);
    // Who was at that node would be told to forget what the old folder does not have.
    if (stale === 'n1') anna.close();
    await node.end();
    rmSync(node.setup.data, { recursive: true });
    cpSync(old, node.setup.data, { recursive: true });
    expect(stage.database(stale).rooms.has(room)).toBe(true);
    await node.start();
    await stage.isComplete();
    for (const { id } of stage.nodes) await expect.poll(() => rooms(made, id), patience).not.toContain(room);
    for (const client of stale === 'n1' ? [ben, cleo] : [anna, ben, cleo]) {
      await client.until(() => client.at !== undefined);
      const join = client.call('room.join', { requestId: 'again', room });
      await expect(join).rejects.toThrow(/room_deleted|room_not_found/);
    }
    for (const client of clients) client.close();
    await stage.stop();
    const databases = stage.databases();
    expect(databases.map(({ rooms: kept }) => kept.has(room))).toEqual([false, false, false]);
    expect(breaches({ history, databases, deleted: new Set([room]) })).toEqual([]);
  });
}
