/** Many people at once, while one node after the other loses its power. */
import { expect, test } from 'vitest';
import { ClusterStage, patience } from './stage/cluster-stage.ts';
import { History } from './stage/history.ts';
import { breaches } from './stage/history-checker.ts';
import { RecordedClient } from './stage/recorded-client.ts';

const clientCount = 200;
const roomCount = 9;

test('200 people send through three nodes while each is killed twice: nothing acknowledged is lost', async (context) => {
  const stage = await ClusterStage.open(context);
  const urls = stage.nodes.map((node) => node.socketUrl);
  const history = new History();
  const founders = urls.map((_, at) => new RecordedClient(`founder${at}`, urls, history, at));
  const rooms = await Promise.all(
    Array.from({ length: roomCount }, (_, n) => founders[n % 3]?.create(`room ${n}`) ?? ''),
  );
  const clients = Array.from(
    { length: clientCount - 3 },
    (_, n) => new RecordedClient(`person${n}`, urls, history, n),
  );
  await Promise.all(clients.map((client, n) => client.join(rooms[n % roomCount] ?? '')));

  let isOver = false;
  const talk = async (client: RecordedClient, n: number): Promise<number> => {
    let said = 0;
    for (; !isOver; said += 1) {
      await client.say(rooms[n % roomCount] ?? '', `${client.name} says ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 200 * Math.random()));
    }
    return said;
  };
  const talks = clients.map(talk);
  for (const node of [...stage.nodes, ...stage.nodes]) {
    const before = history.answered.length;
    await expect.poll(() => history.answered.length, patience).toBeGreaterThan(before + 300);
    await node.end();
    const without = history.answered.length;
    await expect.poll(() => history.answered.length, patience).toBeGreaterThan(without + 300);
    await node.start();
    await stage.isComplete();
  }
  isOver = true;
  const said = (await Promise.all(talks)).reduce((sum, each) => sum + each, 0);
  // By now most have fled to one node: somebody comes to each room at each of them, which brings its copy up to date.
  const late = urls.flatMap((url, u) =>
    rooms.map((room, r) => ({ room, client: new RecordedClient(`late${u}-${r}`, [url], history) })),
  );
  await Promise.all(late.map(({ room, client }) => client.join(room)));
  const people = [...late, ...clients.map((client, n) => ({ client, room: rooms[n % roomCount] ?? '' }))];
  await Promise.all(
    rooms.map(async (room, r) => {
      const last = await founders[r % 3]?.say(room, 'That was all.');
      const here = people.filter((each) => each.room === room);
      await Promise.all(here.map(({ client }) => client.untilSeen(room, last ?? 0)));
    }),
  );
  for (const client of [...people.map((each) => each.client), ...founders]) client.close();
  await stage.stop();
  // A message that was sent again may be answered twice.
  expect(new Set(history.answered.map(({ client, messageId }) => `${client} ${messageId}`)).size).toBe(
    said + roomCount,
  );
  expect(said).toBeGreaterThan(1_800);
  const databases = stage.databases();
  expect(breaches({ history, databases, caughtUp: ['n1', 'n2', 'n3'] })).toEqual([]);
  // It has judged something: every room is at all three nodes.
  expect(databases.map((database) => rooms.filter((room) => database.rooms.has(room)).length)).toEqual([
    9, 9, 9,
  ]);
});
