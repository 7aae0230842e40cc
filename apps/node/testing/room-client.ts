/** A client of rooms over `/ws` for tests: guests call methods and look at what they hear. */
import { onTestFinished } from 'vitest';
import type { RunningNode } from '../src/index.ts';

export interface Heard {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly [member: string]: unknown };
  readonly result?: { readonly [member: string]: unknown };
  readonly error?: { readonly data: { readonly code: string } };
}

export class RoomClient {
  readonly heard: Heard[] = [];
  readonly #socket: WebSocket;
  readonly #looks = new Set<() => void>();
  #calls = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      this.heard.push(JSON.parse(data) as Heard);
      for (const look of this.#looks) look();
    };
  }

  /** Signed in as a guest of this name, or with a token; closed after the test. */
  static async open(node: Pick<RunningNode, 'webUrl'>, who: string | { token: string }): Promise<RoomClient> {
    const client = await RoomClient.connect(node);
    await client.call('session.open', typeof who === 'string' ? { name: who } : who);
    return client;
  }

  /** Not signed in; closed after the test. */
  static async connect(node: Pick<RunningNode, 'webUrl'>): Promise<RoomClient> {
    return new RoomClient(await RoomClient.socketTo(node));
  }

  /** Closed after the test. */
  static async socketTo(node: Pick<RunningNode, 'webUrl'>): Promise<WebSocket> {
    const socket = new WebSocket(`${node.webUrl.replace('http', 'ws')}/ws`, 'bothy.v1');
    onTestFinished(() => socket.close());
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    return socket;
  }

  /** The whole answer. */
  async ask(method: string, params: unknown = {}): Promise<Heard> {
    this.#calls += 1;
    const id = this.#calls;
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return await this.until((each) => each.id === id);
  }

  /** The result; throws when there is none. */
  async call(method: string, params: unknown = {}): Promise<{ readonly [member: string]: unknown }> {
    const { result, error } = await this.ask(method, params);
    if (result === undefined) throw new Error(`${method}: ${error?.data.code}`);
    return result;
  }

  /** Rejects after a minute, with what came last: a test that ended by its own limit would not say which wait it was. */
  async until(wanted: (heard: Heard) => boolean): Promise<Heard> {
    return await new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => {
        this.#looks.delete(look);
        const last = this.heard.slice(-5).map((heard) => JSON.stringify(heard).slice(0, 500));
        reject(new Error(['What is waited for did not come within a minute, but:', ...last].join('\n')));
      }, 60_000);
      const look = (): void => {
        const found = this.heard.find(wanted);
        if (found === undefined) return;
        clearTimeout(giveUp);
        this.#looks.delete(look);
        resolve(found);
      };
      this.#looks.add(look);
      look();
    });
  }
}

/** Makes a room at `node` with a guest who owns it, and returns both. */
export async function openRoom(
  node: RunningNode,
  name: string,
): Promise<{ client: RoomClient; room: string }> {
  const client = await RoomClient.open(node, name);
  const created = await client.call('room.create', { requestId: 'c-1', name: 'Hut' });
  return { client, room: (created as { room: { id: string } }).room.id };
}

/** A guest of another node who joins as soon as that node knows of the room. */
export async function joinRoom(node: RunningNode, name: string, room: string): Promise<RoomClient> {
  const client = await RoomClient.open(node, name);
  for (;;) {
    const { result } = await client.ask('room.join', { requestId: 'j-1', room });
    if (result !== undefined) return client;
    // The link between the nodes may be a moment behind.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
