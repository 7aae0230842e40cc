/** A `RoomSocketServer` on a real port, before a stand-in for the core that answers by a script. For tests. */
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { RoomActor, RoomEntry, RoomId, RoomResult } from '@bothy/wire';
import { WebSocket } from 'ws';
import { RoomSocketServer } from './room-socket-server.ts';
import type { RoomSocketInput, RoomSocketOptions, RoomSocketOutput, SignIn } from './socket-options.ts';

export const room: RoomId = 'a2b3c4d5e6f7g2h3i4j5';
export const otherRoom: RoomId = 'b2b3c4d5e6f7g2h3i4j5';

export interface StageOptions extends Partial<RoomSocketOptions> {
  /** What the stand-in says to an input; its outputs are performed at once. */
  readonly script?: (input: RoomSocketInput) => readonly RoomSocketOutput[];
}

export interface Stage {
  readonly server: RoomSocketServer;
  readonly inputs: RoomSocketInput[];
  readonly port: number;
  readonly url: string;
  /** What the server's clock says. */
  nowMs: number;
  /** The sockets at the server's side, in the order of connecting. */
  readonly sockets: Socket[];
  perform(...outputs: readonly RoomSocketOutput[]): void;
  close(): Promise<void>;
}

export function actorOf(name: string): RoomActor {
  return { person: `guest:${name}`, name, verified: false, operator: false };
}

/** Guests are let in by their name; `nobody` is not. */
async function anyGuest({ name = 'anna' }: { readonly name?: string | undefined }): Promise<SignIn> {
  if (name === 'nobody')
    return { ok: false, code: 'unauthorized', message: 'Guests of that name are not let in.' };
  return { ok: true, actor: actorOf(name) };
}

export function messageEntry(seq: number, body: string): RoomEntry {
  const key = `m-${seq}`;
  return {
    epoch: 1,
    seq,
    author: 'guest:ben',
    name: 'ben',
    sentAt: 0,
    key,
    content: { kind: 'message', body },
  };
}

export function reply(
  input: Extract<RoomSocketInput, { readonly kind: 'command' }>,
  result: RoomResult,
): RoomSocketOutput {
  return { kind: 'reply', id: input.id, session: input.session, result };
}

/** Opens sessions, and attaches whoever joins; everything else is answered with an empty list of rooms. */
export function plainScript(input: RoomSocketInput): readonly RoomSocketOutput[] {
  if (input.kind === 'sessionOpened') return [{ kind: 'opened', session: input.session, resumed: [] }];
  if (input.kind === 'sessionClosed') return [];
  const answer = reply(input, { ok: true, value: { rooms: [], unreachable: [] } });
  if (input.command.kind !== 'join' || input.session === null) return [answer];
  return [answer, { kind: 'attach', session: input.session, room: input.command.room }];
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const { script = plainScript, ...rest } = options;
  const inputs: RoomSocketInput[] = [];
  const sockets: Socket[] = [];
  const stage = { nowMs: 0 };
  const server = new RoomSocketServer({
    node: 'n1',
    input: (input) => {
      inputs.push(input);
      for (const output of script(input)) server.perform(output);
    },
    authenticate: anyGuest,
    findPerson: async () => undefined,
    monoMs: () => stage.nowMs,
    wallMs: () => 1_700_000_000_000,
    ...rest,
  });
  const http = createServer();
  http.on('upgrade', (request, socket, head) => {
    sockets.push(socket as Socket);
    server.upgrade(request, socket, head);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return Object.assign(stage, {
    server,
    inputs,
    sockets,
    port,
    url: `ws://127.0.0.1:${port}/ws`,
    perform: (...outputs: readonly RoomSocketOutput[]) => {
      for (const output of outputs) server.perform(output);
    },
    close: async () => {
      await server.stop();
      await new Promise((resolve) => http.close(resolve));
    },
  });
}

interface Answer {
  readonly id?: unknown;
  readonly method?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data: { readonly code: string };
  };
}

/** A client by `ws`, which keeps what comes in order. */
export class StageClient {
  readonly webSocket: WebSocket;
  readonly received: Answer[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #waiting = new Set<() => void>();
  #ids = 0;

  private constructor(webSocket: WebSocket) {
    this.webSocket = webSocket;
    webSocket.on('message', (data) => {
      this.received.push(JSON.parse(String(data)) as Answer);
      for (const look of this.#waiting) look();
    });
    this.closed = new Promise((resolve) =>
      webSocket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
    );
  }

  static async connect(stage: Stage): Promise<StageClient> {
    const webSocket = new WebSocket(stage.url, 'bothy.v1');
    await new Promise<void>((resolve, reject) => {
      webSocket.once('open', () => resolve());
      webSocket.once('error', reject);
    });
    return new StageClient(webSocket);
  }

  /** Connects and opens a session; its id is the last input's. */
  static async open(stage: Stage, name = 'anna'): Promise<StageClient & { readonly session: string }> {
    const client = await StageClient.connect(stage);
    await client.call('session.open', { name });
    const opened = stage.inputs.findLast((input) => input.kind === 'sessionOpened');
    return Object.assign(client, { session: opened?.session ?? '' });
  }

  /** Opens a session and joins a room. */
  static async join(stage: Stage, name = 'anna'): Promise<StageClient & { readonly session: string }> {
    const client = await StageClient.open(stage, name);
    await client.call('room.join', { requestId: 'r-1', room });
    return client;
  }

  async call(method: string, params?: unknown): Promise<Answer> {
    this.#ids += 1;
    const id = this.#ids;
    this.webSocket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return await this.until((answer) => answer.id === id);
  }

  async exchange(text: string): Promise<Answer> {
    const before = this.received.length;
    this.webSocket.send(text);
    return await this.until((_answer, at) => at >= before);
  }

  /** The first thing received that `wanted` holds for, now or later. */
  async until(wanted: (answer: Answer, at: number) => boolean): Promise<Answer> {
    return await new Promise((resolve) => {
      const look = (): void => {
        const found = this.received.find(wanted);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
