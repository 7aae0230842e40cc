/** Rooms for programs: connected as long as it takes, typed, the same in browsers and in Node. */
import { seededRandom } from '@bothy/protocols';
import {
  type ClientCommand,
  type ClientInput,
  type ClientNotice,
  type ClientOutput,
  type ClientResult,
  type ConnectionState,
  type KnownNode,
  type OutboxWrite,
  RoomsClientCore,
} from '@bothy/rooms/client-core';
import {
  type Clock,
  Loop,
  type LoopHost,
  type ProductOutput,
  type TimerHandle,
  type Timers,
} from '@bothy/runtime';
import { BothyError, type RoomAnswers, type RoomId, type RoomInfo, type RoomVisibility } from '@bothy/wire';
import { ClientEvents } from './client-events.ts';
import type { RoomsClientOptions } from './client-options.ts';
import { ClientSocket } from './client-socket.ts';
import { ExtensionCalls, type ExtensionListener } from './extension-calls.ts';
import { askForNodes, socketUrl } from './node-urls.ts';
import { randomId } from './random-id.ts';
import { RoomHandle } from './room-handle.ts';
import { listenForHints } from './wake-hints.ts';

type Notice<Kind extends ClientNotice['kind']> = Extract<ClientNotice, { readonly kind: Kind }>;

export interface RoomsClientEvents {
  readonly connection: Notice<'connection'>;
  readonly session: Notice<'session'>;
  readonly node: Notice<'node'>;
  readonly out: Notice<'out'>;
  readonly message: Notice<'message'>;
  /** A notification of a later version, or what is not of the protocol. */
  readonly odd: Notice<'unknown'> | Notice<'malformed'>;
  /** The nodes of the cluster, as the one that was connected knows them: the client goes on at one of them. */
  readonly nodes: readonly KnownNode[];
  /** Everything, as it came: for models that fold it (`@bothy/rooms/views`). */
  readonly notice: ClientNotice;
  /** The client has ended by itself: its outbox could not be written. */
  readonly failed: BothyError;
}

type Host = LoopHost<ClientInput, ProductOutput<ClientOutput>, never, OutboxWrite>;
type SignIn = Extract<ClientOutput, { readonly kind: 'signIn' }>;

const platformClock: Clock = { monoMs: () => performance.now(), wallMs: () => Date.now() };
const platformTimers: Timers = {
  set: (afterMs, fire) => setTimeout(fire, afterMs),
  clear: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

/** From hearing of a new node to asking where it is, and up to five times as long. */
const discoverAfterMs = 1_000;

/** Connects, and stays connected until `close`. Throws `bad_request` for an address that is none. */
export function connectRooms(options: RoomsClientOptions): RoomsClient {
  return new RoomsClient(options);
}

export class RoomsClient {
  readonly #options: RoomsClientOptions;
  readonly #loop: Loop<ClientInput, ClientOutput>;
  readonly #socket: ClientSocket;
  readonly #extensions: ExtensionCalls;
  readonly #events = new ClientEvents<RoomsClientEvents>();
  readonly #rooms = new Map<RoomId, RoomHandle>();
  readonly #waiting = new Map<string, (result: ClientResult) => void>();
  readonly #endHints: () => void;
  #state: ConnectionState = 'stopped';
  #url = '';
  #session: Notice<'session'> | undefined;
  #token: string | undefined;
  #count = 0;
  #known: readonly KnownNode[] = [];
  #discovery: TimerHandle;

  constructor(options: RoomsClientOptions) {
    const nodes = options.urls.map((url) => ({ url: socketUrl(url) }));
    if (nodes.length === 0) throw new BothyError('bad_request', 'Give the address of at least one node.');
    this.#options = options;
    const { outbox } = options;
    const core = new RoomsClientCore(
      { nodes, run: randomId().slice(0, 16), keepsOutbox: outbox !== undefined, outbox: outbox?.kept ?? [] },
      seededRandom(randomId()),
    );
    this.#extensions = new ExtensionCalls((request) => this.#socket.send(request));
    this.#socket = new ClientSocket(
      options.webSocket ?? WebSocket,
      (input) => this.#input(input),
      (frame) => this.#extensions.took(frame),
    );
    this.#loop = new Loop<ClientInput, ClientOutput>(core, this.#host(), { maxQueuedInputs: 100_000 });
    this.#endHints = listenForHints((hint) => this.hint(hint));
    // Listeners are set first, by whoever made this.
    queueMicrotask(() => this.#input({ kind: 'start' }));
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Who one is, once a session was open. */
  get session(): Notice<'session'> | undefined {
    return this.#session;
  }

  /** Returns what ends it. */
  on<Name extends keyof RoomsClientEvents>(
    name: Name,
    listener: (event: RoomsClientEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** The rooms that are followed. */
  get rooms(): ReadonlyMap<RoomId, RoomHandle> {
    return this.#rooms;
  }

  /** Rooms of every node that answers, and the nodes that do not. */
  async list(): Promise<RoomAnswers['list']> {
    return await this.ask<'list'>({ kind: 'list' });
  }

  /** Makes a room at the node of the session, and follows it. */
  async create(
    name: string,
    options: { readonly description?: string; readonly visibility?: RoomVisibility } = {},
  ): Promise<RoomHandle> {
    const { description = '', visibility = 'public' } = options;
    const command = { kind: 'create', requestId: randomId(), name, description, visibility } as const;
    const { room } = await this.ask<'create'>(command);
    return this.#handle(room.id);
  }

  /** Becomes a member, or comes back, and follows the room; `limit` entries come first, 200 at most. */
  async join(
    room: RoomId | Pick<RoomInfo, 'id'>,
    options: { readonly limit?: number } = {},
  ): Promise<RoomHandle> {
    const id = typeof room === 'string' ? room : room.id;
    await this.ask<'join'>({ kind: 'join', requestId: randomId(), room: id, limit: options.limit ?? 50 });
    return this.#handle(id);
  }

  /** Any command; rejects with the code and the sentence of the refusal. */
  async ask<Kind extends keyof RoomAnswers>(
    command: Extract<ClientCommand, { readonly kind: Kind }>,
  ): Promise<RoomAnswers[Kind]> {
    return (await this.#tell(command)) as RoomAnswers[Kind];
  }

  /**
   * A method of another product at the node of the session; resolves to its raw result. It is not made again on another
   * connection: ask anew at each `open`. Rejects with the node's refusal, or `node_unreachable`.
   */
  async askExtension(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (this.#state !== 'open') throw new BothyError('node_unreachable', 'No node is connected now.');
    return await this.#extensions.ask(method, params);
  }

  /** Notifications that rooms know nothing of, by their method. Returns what ends it. */
  onExtension(method: string, listener: ExtensionListener): () => void {
    return this.#extensions.on(method, listener);
  }

  /** The network is back, or the machine is awake: worth a try at once. Browsers say so by themselves. */
  hint(hint: 'online' | 'awake'): void {
    this.#input({ kind: 'hint', hint });
  }

  /** Tries again after the state `refused`. */
  start(): void {
    this.#input({ kind: 'start' });
  }

  /** Ends the session. Whoever waits is told; what an outbox keeps is sent at the next start. */
  close(): void {
    if (this.#loop.ended) return;
    this.#input({ kind: 'stop' });
    this.#end();
  }

  #tell(command: ClientCommand): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#count += 1;
      const id = `c${this.#count}`;
      this.#waiting.set(id, (result) => {
        if (result.ok) resolve(result.value);
        else reject(new BothyError(result.code, result.message));
      });
      if (this.#input({ kind: 'command', id, command })) return;
      this.#waiting.delete(id);
      reject(new BothyError('node_unreachable', 'This client has ended.'));
    });
  }

  #input(input: ClientInput): boolean {
    return this.#loop.submit(input);
  }

  #end(): void {
    this.#endHints();
    (this.#options.timers ?? platformTimers).clear(this.#discovery);
    this.#loop.stop();
    this.#socket.close();
    this.#extensions.lost();
    const ended = { ok: false, code: 'node_unreachable', message: 'This client has ended.' } as const;
    for (const answer of this.#waiting.values()) answer(ended);
    this.#waiting.clear();
  }

  #host(): Host {
    const { clock = platformClock, timers = platformTimers, outbox } = this.#options;
    return {
      clock,
      timers,
      storage: {
        commit: (writes, done) => {
          if (outbox === undefined) return done();
          outbox.write(writes).then(() => done(), done);
        },
      },
      perform: (output) => this.#perform(output),
      ask: () => {},
      failed: (error) => {
        this.#end();
        this.#events.emit('failed', error);
      },
    };
  }

  #perform(output: ProductOutput<ClientOutput>): void {
    switch (output.kind) {
      case 'connect':
      case 'frame':
      case 'close':
        return this.#socket.perform(output);
      case 'signIn':
        return void this.#signIn(output);
      case 'reply': {
        const answer = this.#waiting.get(output.id);
        this.#waiting.delete(output.id);
        return answer?.(output.result);
      }
      case 'notify':
        return this.#took(output.notice);
    }
  }

  async #signIn({ connection, url, again }: SignIn): Promise<void> {
    const { token, name } = this.#options;
    try {
      this.#token = typeof token === 'function' ? await token({ url, again }) : token;
      const who = this.#token === undefined ? (name === undefined ? {} : { name }) : { token: this.#token };
      this.#input({ kind: 'credentials', connection, ...who });
    } catch (thrown) {
      const { code, message } = BothyError.from(thrown, 'node_unreachable');
      this.#input({ kind: 'noCredentials', connection, code, message });
    }
  }

  #took(notice: ClientNotice): void {
    this.#keep(notice);
    this.#events.emit('notice', notice);
    switch (notice.kind) {
      case 'connection':
        if (notice.state === 'open') void this.#discover(notice.url);
        return this.#events.emit('connection', notice);
      case 'session':
        this.#session = notice;
        return this.#events.emit('session', notice);
      case 'node':
        this.#heardOfNode(notice);
        return this.#events.emit('node', notice);
      case 'out':
        return this.#events.emit('out', notice);
      case 'message':
        return this.#events.emit('message', notice);
      case 'unknown':
      case 'malformed':
        return this.#events.emit('odd', notice);
      default:
    }
  }

  /** The client and a room's handle hear of it first, so that listeners find them as they are now. */
  #keep(notice: ClientNotice): void {
    if (notice.kind === 'connection') {
      this.#state = notice.state;
      this.#url = notice.url;
      if (notice.state !== 'open') this.#extensions.lost();
      return;
    }
    if (notice.kind === 'room') return this.#handle(notice.room.id).took(notice);
    const id = notice.kind === 'message' ? notice.message.room : 'room' in notice ? notice.room : undefined;
    if (typeof id !== 'string') return;
    this.#rooms.get(id)?.took(notice);
    if (notice.kind === 'out') this.#rooms.delete(id);
  }

  #handle(id: RoomId): RoomHandle {
    const known = this.#rooms.get(id);
    if (known !== undefined) return known;
    const tell = (command: ClientCommand): Promise<unknown> => this.#tell(command);
    const handle = new RoomHandle(id, (command) => this.ask(command), tell);
    this.#rooms.set(id, handle);
    return handle;
  }

  /** One that is new to the cluster; not at once, for every client of this node hears of it now. */
  #heardOfNode({ node, health }: Notice<'node'>): void {
    if (health !== 'up' || this.#discovery !== undefined) return;
    if (this.#known.some((known) => known.node === node)) return;
    const { timers = platformTimers } = this.#options;
    this.#discovery = timers.set(discoverAfterMs * (1 + 4 * Math.random()), () => {
      this.#discovery = undefined;
      if (this.#session !== undefined && this.#state === 'open') void this.#discover(this.#url);
    });
  }

  async #discover(url: string): Promise<void> {
    if (this.#options.discovers === false) return;
    const nodes = await askForNodes(url, this.#token);
    if (nodes.length === 0) return;
    this.#known = nodes;
    this.#input({ kind: 'nodes', nodes });
    this.#events.emit('nodes', nodes);
  }
}
