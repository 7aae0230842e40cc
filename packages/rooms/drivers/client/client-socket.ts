/** The connection that a client core asks for: one at a time, told apart by its number. */
import type { ClientInput, ClientOutput } from '@bothy/rooms/client-core';
import type { ServerFrame } from '@bothy/wire';
import { parseServerFrame } from '@bothy/wire/schemas';

type SocketOutput = Extract<ClientOutput, { readonly kind: 'connect' | 'frame' | 'close' }>;

/** `WebSocket.OPEN`. */
const open = 1;

export class ClientSocket {
  readonly #make: typeof WebSocket;
  readonly #input: (input: ClientInput) => void;
  readonly #took: (frame: ServerFrame) => boolean;
  #socket: WebSocket | undefined;
  #connection = 0;

  /** `took` sees each frame first, and says whether it was for it. */
  constructor(
    make: typeof WebSocket,
    input: (input: ClientInput) => void,
    took: (frame: ServerFrame) => boolean,
  ) {
    this.#make = make;
    this.#input = input;
    this.#took = took;
  }

  perform(output: SocketOutput): void {
    if (output.kind === 'connect') return this.#connect(output.connection, output.url);
    if (output.connection !== this.#connection) return;
    if (output.kind === 'close') return this.#end(output.code, output.reason);
    // One that has just broken says so by `close`; what is lost with it is sent again on the next.
    this.send(output.json);
  }

  /** False when there is no connection. */
  send(json: object): boolean {
    if (this.#socket?.readyState !== open) return false;
    this.#socket.send(JSON.stringify(json));
    return true;
  }

  close(): void {
    this.#end(1000, 'The client has ended.');
  }

  #connect(connection: number, url: string): void {
    this.close();
    this.#connection = connection;
    let socket: WebSocket;
    try {
      socket = new this.#make(url, 'bothy.v1');
    } catch (thrown) {
      // Such as `ws:` on a page that came over `https:`.
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      queueMicrotask(() => this.#input({ kind: 'closed', connection, code: 1006, reason }));
      return;
    }
    this.#socket = socket;
    socket.onopen = () => this.#input({ kind: 'connected', connection });
    socket.onmessage = ({ data }) => {
      const frame =
        typeof data === 'string'
          ? parseServerFrame(data)
          : ({ kind: 'malformed', reason: 'a frame that is not text' } as const);
      if (!this.#took(frame)) this.#input({ kind: 'frame', connection, frame });
    };
    socket.onclose = ({ code, reason }) => this.#input({ kind: 'closed', connection, code, reason });
    // `close` follows, and says all there is to know.
    socket.onerror = () => {};
  }

  #end(code: number, reason: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(code, reason);
  }
}
