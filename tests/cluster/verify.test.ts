/** `bothy verify` over real nodes: copies that are the same, and one whose disk was changed while its node was down. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { ClusterStage } from './stage/cluster-stage.ts';
import { History } from './stage/history.ts';
import { RecordedClient } from './stage/recorded-client.ts';
import { bothy } from './stage/run-bothy.ts';

test('a changed and a missing entry of a copy are found and named; a node that is down is no silence', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 2 });
  const history = new History();
  const clients = stage.nodes.map(
    (node, at) => new RecordedClient(`person${at}`, [node.socketUrl], history),
  ) as [RecordedClient, RecordedClient];
  context.onTestFinished(() => {
    for (const client of clients) client.close();
  });
  const [anna, ben] = clients;
  const room = await anna.create('kitchen');
  await Promise.all(clients.map((client) => client.join(room)));
  let last = 0;
  for (let at = 0; at < 40; at++) last = await anna.say(room, `message ${at}`);
  await Promise.all(clients.map((client) => client.untilSeen(room, last)));
  // Redacted bodies are gone from both disks alike.
  const redacted = await ben.say(room, 'better not said');
  await ben.call('room.redact', { requestId: 'redact-1', room, target: redacted });
  await anna.untilSeen(room, redacted + 1);
  await ben.untilSeen(room, redacted + 1);
  const verify = (...flags: string[]) => bothy(['verify', '--node', stage.node('n1').webUrl, ...flags]);

  const same = await verify('--room', room);
  expect(same.output).toContain(`1 room, 1 copy, ${redacted + 1} entries compared: all the same.`);
  expect(same.code).toBe(0);
  expect(await verify('--room', 'a'.repeat(20))).toMatchObject({ code: 2, output: '' });

  for (const client of clients) client.close();
  await stage.node('n2').end('SIGTERM');
  const database = new DatabaseSync(join(stage.node('n2').setup.data, 'rooms.sqlite'));
  const log = `(SELECT log FROM room WHERE id = '${room}')`;
  database.exec(
    `UPDATE entry SET content = replace(content, 'message', 'massage') WHERE log = ${log} AND seq = 17`,
  );
  database.exec(`DELETE FROM entry WHERE log = ${log} AND seq IN (21, 22)`);
  database.close();
  const alone = await verify('--room', room);
  expect(alone.output).toMatch(/n2 could not be asked: /);
  expect(alone.code).toBe(2);

  await stage.node('n2').start();
  await stage.isComplete();
  const differs = await verify('--room', room);
  expect(differs.output.split('\n').slice(0, 2)).toEqual([
    `kitchen (${room}): entry 17 is not the same at n2 as at n1, which orders the room.`,
    `kitchen (${room}): n2 lacks entries 21 to 22, though it holds what follows.`,
  ]);
  expect(differs.code).toBe(1);
  const json = await verify('--room', room, '--json');
  expect(JSON.parse(json.output)).toMatchObject({
    notAsked: [],
    rooms: [
      {
        room,
        administrator: 'n1',
        copies: [
          {
            node: 'n2',
            differences: [
              { from: 17, to: 17, kind: 'differs' },
              { from: 21, to: 22, kind: 'onlyOurs' },
            ],
          },
        ],
      },
    ],
  });
  expect(json.code).toBe(1);
});
