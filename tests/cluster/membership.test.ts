/** Nodes that come, go and are forgotten. The tests run side by side: most of their time is waiting. */
import { httpRequest } from '@bothy/testkit';
import { test } from 'vitest';
import { ClusterStage, eventually, patience } from './stage/cluster-stage.ts';
import { agreeWhoLeads } from './stage/directory-state.ts';
import { History } from './stage/history.ts';
import { breaches } from './stage/history-checker.ts';
import type { NodeProcess } from './stage/node-process.ts';
import { operatorToken } from './stage/operator-token.ts';
import { RecordedClient } from './stage/recorded-client.ts';

test.concurrent('any node starts first, one that knows one learns all, and who left comes back', async (context) => {
  const { expect } = context;
  // Each knows only the one after it.
  const stage = await ClusterStage.open(context, {
    nodes: 4,
    started: false,
    join: (id) => [`n${(Number(id.slice(1)) % 4) + 1}`],
  });
  for (const id of ['n3', 'n1', 'n4']) await stage.node(id).start();
  await expect.poll(() => stage.node('n3').hears(), patience).toContain('n4 up');
  await stage.node('n2').start();
  await stage.isComplete();
  const history = new History();
  const anna = new RecordedClient('anna', [stage.node('n1').socketUrl], history);
  const dora = new RecordedClient('dora', [stage.node('n4').socketUrl], history);
  const room = await anna.create('Hut');
  await dora.join(room);
  await dora.untilSeen(room, await anna.say(room, 'all here'));
  // One leaves in good order: the others are told, and it finds its way back, though nobody told it to join anybody.
  await stage.node('n4').end('SIGTERM');
  for (const id of ['n1', 'n2', 'n3']) {
    await expect.poll(() => stage.node(id).hears(), patience).toContain('n4 down');
  }
  const missed = await anna.say(room, 'without you');
  await stage.node('n4').start({ join: [] });
  await stage.isComplete();
  await dora.untilSeen(room, missed);
  // What became of her meanwhile is in the room too, before this.
  await dora.untilSeen(room, await anna.say(room, 'all here again'));
  for (const client of [anna, dora]) client.close();
  await stage.stop();
  expect(breaches({ history, databases: stage.databases(), caughtUp: ['n4'] })).toEqual([]);
});

test.concurrent('an operator has all nodes forget one that will not come back', async (context) => {
  const { expect } = context;
  const stage = await ClusterStage.open(context);
  const [n1, n2] = stage.nodes as [NodeProcess, NodeProcess];
  const token = await operatorToken(n1);
  const forget = async (node: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const url = `${n1.webUrl}/api/v1/cluster/nodes/${node}`;
    return (await httpRequest(url, { method: 'DELETE', headers })).status;
  };
  await expect.poll(() => forget('n3'), patience).toBe(400);
  expect(await forget('nobody')).toBe(404);
  // Before, one node alone decides for all, and could not be lost.
  await agreeWhoLeads(stage.nodes);
  await stage.node('n3').end();
  await expect.poll(() => n1.hears(), patience).toBe('n2 up, n3 down');
  await agreeWhoLeads([n1, n2], { voters: 3 });
  expect(await forget('n3')).toBe(200);
  for (const node of [n1, n2]) {
    const other = node === n1 ? 'n2 up' : 'n1 up';
    await expect.poll(() => node.hears(), patience).toBe(other);
  }
  // It is not remembered over a restart either. A kill might come before what n2 was just told is on its disk.
  await n2.end('SIGTERM');
  await n2.start();
  await stage.isComplete();
  await expect.poll(() => n1.hears(), patience).toBe('n2 up');
  await expect.poll(() => n2.hears(), patience).toBe('n1 up');
});

test.concurrent('a node whose clock is an hour off takes part like any other', async (context) => {
  const { expect } = context;
  const hourMs = 3_600_000;
  const stage = await ClusterStage.open(context, { clocksMs: { n2: hourMs, n3: -hourMs } });
  const history = new History();
  const clients = stage.nodes.map((node, at) => new RecordedClient(`person${at}`, [node.socketUrl], history));
  const rooms = await Promise.all(clients.map((client, at) => client.create(`room ${at}`)));
  await Promise.all(clients.flatMap((client) => rooms.map((room) => client.join(room))));
  // Ten times, none of which is broken by a node that is taken for down. A machine that stands still for seconds makes
  // nodes silent whatever their clocks are: then ten times more.
  const healths = () => clients.flatMap(({ notices }) => notices.map(({ params }) => params.health));
  const talk = async (): Promise<void> => {
    for (let n = 0; n < 10; n += 1) {
      await Promise.all(clients.flatMap((client) => rooms.map((room) => client.say(room, `${n}`))));
    }
  };
  await eventually(async () => {
    await talk();
    const isSo = !healths().includes('down');
    for (const client of clients) client.notices.length = 0;
    return isSo;
  }, 'nobody is taken for down');
  await stage.isComplete();
  for (const room of rooms) {
    const last = Math.max(...clients.map((client) => client.last(room)));
    // Created, three joined, thirty messages.
    expect(last).toBeGreaterThanOrEqual(34);
    await Promise.all(clients.map((client) => client.untilSeen(room, last)));
  }
  // The clocks were wrong indeed.
  const [, ofTwo] = rooms;
  const told = history.seen.get(`person0 ${ofTwo}`)?.all.findLast(({ kind }) => kind === 'entry');
  const { sentAt } = JSON.parse(told?.kind === 'entry' ? told.entry.value : '{}');
  expect(sentAt - Date.now()).toBeGreaterThan(hourMs - 120_000);
  // And each knows how wrong the others' are.
  for (const [id, offMs] of [
    ['n2', hourMs],
    ['n3', -hourMs],
  ] as const) {
    const clock = async () => (await stage.node('n1').cluster()).nodes.find((node) => node.id === id)?.clock;
    // The best of the last heartbeats says it.
    await expect.poll(async () => (await clock())?.errorMs, patience).toBeLessThan(1_000);
    const { offsetMs = 0, errorMs = 0 } = (await clock()) ?? {};
    expect(Math.abs(offsetMs - offMs)).toBeLessThanOrEqual(errorMs);
  }
  for (const client of clients) client.close();
  await stage.stop();
  expect(breaches({ history, databases: stage.databases(), caughtUp: ['n1', 'n2', 'n3'] })).toEqual([]);
});
