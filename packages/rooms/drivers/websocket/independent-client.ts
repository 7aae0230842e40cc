/** A client of `docs/reference/rooms.md` with nothing but a WebSocket, as somebody might write one. Used by tests. */

export interface Heard {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

export async function connect(url: string, name: string, hear: (heard: Heard) => void) {
  const socket = new WebSocket(url, 'bothy.v1');
  const answers = new Map<number, (heard: Heard) => void>();
  let calls = 0;
  socket.onmessage = ({ data }) => {
    const heard = JSON.parse(data) as Heard;
    if (heard.id === undefined) hear(heard);
    else answers.get(heard.id)?.(heard);
  };
  const call = async (method: string, params: unknown = {}): Promise<Heard> => {
    const id = ++calls;
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const heard = await new Promise<Heard>((resolve) => answers.set(id, resolve));
    answers.delete(id);
    if (heard.error !== undefined) throw new Error(heard.error.message);
    return heard;
  };
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  await call('session.open', { name });
  setInterval(() => call('session.ping'), 15_000).unref();
  return { call, close: () => socket.close() };
}
