/** Nodes that stand still for a while, and networks that swallow what they should carry. */
import { expect, test } from 'vitest';
import { ClusterStage, patience } from './stage/cluster-stage.ts';
import { History } from './stage/history.ts';
import { breaches } from './stage/history-checker.ts';
import { RecordedClient } from './stage/recorded-client.ts';

/** Longer than the five seconds after which a node counts as down. */
const pauseMs = 10_000;
const cutMs = 8_000;

/** Somebody at each node, in a room of each node; everybody talks in all of them until told to end. */
class Talk {
  readonly history = new History();
  readonly rooms: readonly string[];
  readonly clients: readonly RecordedClient[];
  readonly #stage: ClusterStage;
  readonly #talks: Promise<void>[];
  #isOver = false;

  private constructor(
    stage: ClusterStage,
    history: History,
    clients: readonly RecordedClient[],
    rooms: readonly string[],
  ) {
    this.#stage = stage;
    this.history = history;
    this.clients = clients;
    this.rooms = rooms;
    this.#talks = clients.flatMap((client) => rooms.map((room) => this.#talk(client, room)));
  }

  /** `moving`: whether people go to another node when theirs falls silent. */
  static async begin(stage: ClusterStage, moving: boolean): Promise<Talk> {
    const history = new History();
    const urls = stage.nodes.map((node) => node.socketUrl);
    const clients = urls.flatMap((url, at) =>
      [1, 2].map(
        (n) => new RecordedClient(`person${at}-${n}`, moving ? urls : [url], history, moving ? at : 0),
      ),
    );
    const founders = clients.filter((_, n) => n % 2 === 0);
    const rooms = await Promise.all(founders.map((client, at) => client.create(`room ${at}`)));
    await Promise.all(clients.flatMap((client) => rooms.map((room) => client.join(room))));
    return new Talk(stage, history, clients, rooms);
  }

  async #talk(client: RecordedClient, room: string): Promise<void> {
    for (let n = 0; !this.#isOver; n += 1) {
      await client.say(room, `${n} of ${client.name}`);
      await new Promise((resolve) => setTimeout(resolve, 50 + 100 * Math.random()));
    }
  }

  /** Resolves when so many more have been acknowledged. */
  async goesOn(room: string, count = 20): Promise<void> {
    const answered = (): number => this.history.answered.filter((each) => each.room === room).length;
    const before = answered();
    await expect.poll(answered, patience).toBeGreaterThan(before + count);
  }

  /** Everybody has everything; then the nodes end and all is judged. */
  async end(): Promise<string[]> {
    this.#isOver = true;
    await Promise.all(this.#talks);
    const [first] = this.clients;
    for (const room of this.rooms) {
      const last = (await first?.say(room, 'That was all.')) ?? 0;
      await Promise.all(this.clients.map((client) => client.untilSeen(room, last)));
    }
    for (const client of this.clients) client.close();
    await this.#stage.stop();
    return breaches({ history: this.history, databases: this.#stage.databases() });
  }
}

test('a node that stands still for ten seconds, administrator and member, loses and repeats nothing', async (context) => {
  const stage = await ClusterStage.open(context);
  const talk = await Talk.begin(stage, true);
  const [first = '', second = ''] = talk.rooms;
  await talk.goesOn(first);
  stage.node('n2').pause();
  const over = new Promise((resolve) => setTimeout(resolve, pauseMs));
  await expect.poll(() => stage.node('n1').hears(), patience).toContain('n2 down');
  // Rooms of the others go on, those of n2 wait for it, and people are told so.
  await talk.goesOn(first);
  const told = talk.clients.flatMap(({ notices }) => notices);
  expect(told).toContainEqual({
    method: 'room.state',
    params: { room: second, state: 'unavailable', reason: expect.stringMatching(/n2/) },
  });
  await over;
  stage.node('n2').resume();
  await stage.isComplete();
  await talk.goesOn(second);
  expect(await talk.end()).toEqual([]);
}, 90_000);

test('networks that are cut for eight seconds, both ways and one way, heal without loss', async (context) => {
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
}, 120_000);
