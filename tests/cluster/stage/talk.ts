/** People who talk all the time, at every node and in a room of every node. */
import { type ClusterStage, eventually } from './cluster-stage.ts';
import { History } from './history.ts';
import { breaches } from './history-checker.ts';
import { RecordedClient } from './recorded-client.ts';

/** Somebody at each node, in a room of each node; everybody talks in all of them until told to end. */
export class Talk {
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
    await eventually(() => answered() > before + count, `${count} more messages in ${room}`);
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
