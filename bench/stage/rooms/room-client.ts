/** A client of `/ws` for load: raw JSON-RPC over a WebSocket, with as little of its own work as can be. */
import { WebSocket } from 'ws';

/** Silent clients are let go by the node after half a minute. Each says that it is there once in so many seconds. */
const signEverySeconds = 10;
const open = new Set<RoomClient>();
let second = 0;

type Answer = { readonly result?: Record<string, unknown>; readonly error?: { readonly message: string } };

export class RoomClient {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #count = 0;
  /** Notifications that arrived. */
  delivered = 0;
  /** Called with each frame that is no answer, as text. */
  notified: ((text: string) => void) | undefined;
  closed: (() => void) | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#take(String(data)));
    open.add(this);
    socket.on('close', () => {
      open.delete(this);
      // Nobody waits for what does not come.
      for (const resolve of this.#waiting.values())
        resolve({ error: { message: 'the connection has ended' } });
      this.#waiting.clear();
      this.closed?.();
    });
    socket.on('error', () => {});
  }

  static open(port: number): Promise<RoomClient> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, 'bothy.v1', { perMessageDeflate: false });
      socket.once('open', () => resolve(new RoomClient(socket)));
      socket.once('error', reject);
    });
  }

  /** Throws what the node refuses with. */
  async call(method: string, params: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    this.#count += 1;
    const id = this.#count;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const { result, error } = await answer;
    if (result === undefined) throw new Error(`${method}: ${error?.message}`);
    return result;
  }

  /** A call that keeps the session; nobody waits for its answer. */
  sign(): void {
    this.#count += 1;
    this.#socket.send(
      JSON.stringify({ jsonrpc: '2.0', id: this.#count, method: 'session.ping', params: {} }),
    );
  }

  close(): void {
    this.closed = undefined;
    this.#socket.terminate();
  }

  #take(text: string): void {
    // Answers begin with the version and then the id; anything else is a notification.
    if (!text.includes('"id":')) {
      this.delivered += 1;
      this.notified?.(text);
      return;
    }
    const message = JSON.parse(text) as Answer & { readonly id?: number };
    const resolve = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (message.id !== undefined) this.#waiting.delete(message.id);
    resolve?.(message);
  }
}

/** Some of them each second, so that they do not all come at once. */
setInterval(() => {
  second += 1;
  let index = 0;
  for (const client of open) {
    if (index % signEverySeconds === second % signEverySeconds) client.sign();
    index += 1;
  }
}, 1_000).unref();
