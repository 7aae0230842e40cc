/** Nodes that stand still, networks that swallow what they should carry, nodes that end. Side by side: most of it is waiting. */
import { test } from 'vitest';
import { ClusterStage, patience } from './stage/cluster-stage.ts';
import { History } from './stage/history.ts';
import { breaches } from './stage/history-checker.ts';
import { RecordedClient } from './stage/recorded-client.ts';
import { Talk } from './stage/talk.ts';

/** Longer than the five seconds after which a node counts as down. */
const pauseMs = 10_000;
const cutMs = 8_000;
/** A member whose node failed leaves after so long. */
const leaveMs = 60_000;

test.concurrent('a node that stands still for ten seconds, administrator and member, loses and repeats nothing', async (context) => {
  const { expect } = context;
  const stage = await ClusterStage.open(context);
  const talk = await Talk.begin(stage, true);
  const [first = '', second = ''] = talk.rooms;
  await talk.goesOn(first);
  stage.node('n2').pause();
  const over = new Promise((resolve) => setTimeout(resolve, pauseMs));
  await expect.poll(() => stage.node('n1').hears(), patience).toContain('n2 down');
  // Rooms of the others go on, those of n2 wait for it, and people are told so.
  await talk.goesOn(first);
  await expect
    .poll(() => talk.clients.flatMap(({ notices }) => notices), patience)
    .toContainEqual({
      method: 'room.state',
      params: { room: second, state: 'unavailable', reason: expect.stringMatching(/n2/) },
    });
  await over;
  stage.node('n2').resume();
  await stage.isComplete();
  await talk.goesOn(second);
  expect(await talk.end()).toEqual([]);
});

test.concurrent('networks that are cut for eight seconds, both ways and one way, heal without loss', async (context) => {
  const { expect } = context;
  const stage = await ClusterStage.open(context, { network: true });
  // People stay where they are: it is the nodes that must find each other again.
  const talk = await Talk.begin(stage, false);
  const [first = '', second = '', third = ''] = talk.rooms;
  const lasts = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, cutMs));

  await talk.goesOn(first);
  stage.cut('n1', 'n2');
  stage.cut('n1', 'n3');
  let over = lasts();
  await expect.poll(() => stage.node('n1').hears(), patience).toBe('n2 down, n3 down');
  await talk.goesOn(third);
  await over;
  stage.heal();
  await stage.isComplete();
  await talk.goesOn(first);

  // Swallowed one way: nobody is told by the network, only by silence.
  stage.hold('n2', 'n1');
  over = lasts();
  await expect.poll(() => stage.node('n1').hears(), patience).toBe('n2 down, n3 up');
  await expect.poll(() => stage.node('n2').hears(), patience).toBe('n1 down, n3 up');
  await talk.goesOn(third);
  await over;
  stage.heal();
  await stage.isComplete();

  // Both ways, and slow when it is back.
  stage.hold('n2', 'n3');
  stage.hold('n3', 'n2');
  over = lasts();
  await expect.poll(() => stage.node('n3').hears(), patience).toBe('n1 up, n2 down');
  await over;
  stage.heal();
  stage.delay(150);
  await stage.isComplete();
  for (const room of [first, second, third]) await talk.goesOn(room);
  stage.heal();
  expect(await talk.end()).toEqual([]);
});

test.concurrent('the members of a node that fails are away at once, and leave after a minute unless they come back elsewhere', async (context) => {
  const { expect } = context;
  const stage = await ClusterStage.open(context);
  const history = new History();
  const [one = '', two = '', three = ''] = stage.nodes.map((node) => node.socketUrl);
  const anna = new RecordedClient('anna', [one], history);
  const ben = new RecordedClient('ben', [two], history);
  const cleo = new RecordedClient('cleo', [two, three], history);
  const room = await anna.create('Hut');
  await Promise.all([ben, cleo].map((client) => client.join(room)));
  await anna.untilSeen(room, await ben.say(room, 'here'));
  const presence = (person: string): unknown =>
    anna.notices.findLast(({ method, params }) => method === 'room.presence' && params.person === person)
      ?.params.presence;
  anna.notices.length = 0;
  const failedAt = performance.now();
  await stage.node('n2').end();
  await expect.poll(() => presence('guest:ben'), patience).toBe('away');
  // So is cleo, unless she is at another node before hers is missed.
  await cleo.until(() => cleo.at === three);
  await expect.poll(() => presence('guest:cleo') ?? 'online', patience).toBe('online');
  const members = async (): Promise<string[]> => {
    const info = await anna.call('room.info', { room });
    return (info.members as { person: string }[]).map(({ person }) => person).sort();
  };
  expect(await members()).toEqual(['guest:anna', 'guest:ben', 'guest:cleo']);
  await anna.until(() => left(history, room, 'guest:ben') !== undefined);
  expect(performance.now() - failedAt).toBeGreaterThan(leaveMs - 1_000);
  expect(left(history, room, 'guest:ben')).toContain('"reason":"nodeFailed"');
  expect(await members()).toEqual(['guest:anna', 'guest:cleo']);
  await cleo.untilSeen(room, anna.last(room));
  for (const client of [anna, ben, cleo]) client.close();
  await stage.stop();
  expect(breaches({ history, databases: stage.databases(), caughtUp: ['n3'] })).toEqual([]);
});

/** What anna saw of somebody leaving. */
function left(history: History, room: string, person: string): string | undefined {
  for (const seen of history.seen.get(`anna ${room}`)?.all ?? []) {
    if (seen.kind !== 'entry') continue;
    const { value } = seen.entry;
    if (value.includes('"kind":"left"') && value.includes(`"person":"${person}"`)) return value;
  }
  return undefined;
}
