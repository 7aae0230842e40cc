/** Somebody with a key: signs in at nodes, and calls `/ws` as who they are. */
import { once } from 'node:events';
import { type LocalIdentity, makeProof } from '@bothy/identity';
import { httpRequest } from '@bothy/testkit';
import type { NodeProcess } from './node-process.ts';

type Data = Readonly<Record<string, unknown>>;

/** Rejects with the code of the refusal. */
export async function tokenAt(node: NodeProcess, identity: LocalIdentity): Promise<string> {
  const post = async (path: string, body?: unknown): Promise<Record<string, string>> =>
    JSON.parse((await httpRequest(`${node.webUrl}${path}`, { method: 'POST', body })).text);
  const { nonce = '' } = await post('/api/v1/session/challenge');
  const audience = new URL(node.webUrl).host;
  const proof = await makeProof({ identity, audience, now: Date.now(), nonce });
  const { token, code } = await post('/api/v1/session', { proof });
  if (token === undefined) throw new Error(String(code));
  return token;
}

export interface Answer {
  readonly status: number;
  readonly body: Data;
}

export async function askAs(node: NodeProcess, request: string, token: string): Promise<Answer> {
  const [method = 'GET', path = ''] = request.split(' ');
  const headers = { authorization: `Bearer ${token}` };
  const { status, text } = await httpRequest(`${node.webUrl}/api/v1/${path}`, { method, headers });
  return { status, body: JSON.parse(text) };
}

export interface SignedSession {
  /** Rejects with the code of the refusal. */
  call(method: string, params: Data): Promise<Data>;
  readonly closed: Promise<unknown>;
  close(): void;
}

export async function openSession(node: NodeProcess, token: string): Promise<SignedSession> {
  const socket = new WebSocket(node.socketUrl, 'bothy.v1');
  const waiting = new Map<number, ReturnType<typeof Promise.withResolvers<Data>>>();
  const closed = once(socket, 'close');
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data));
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(`${error.data?.code}: ${error.message}`));
  });
  socket.addEventListener('close', () => {
    for (const asked of waiting.values()) asked.reject(new Error('closed'));
  });
  await once(socket, 'open');
  let count = 0;
  const call = (method: string, params: Data): Promise<Data> => {
    count += 1;
    const asked = Promise.withResolvers<Data>();
    waiting.set(count, asked);
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: count, method, params }));
    return asked.promise;
  };
  await call('session.open', { token });
  return { call, closed, close: () => socket.close() };
}
