/** The client against a real WebSocket server, scripted where the network is to misbehave. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OutboxWrite, OutgoingMessage } from '@bothy/rooms/client-core';
import { entryNotification, flatEntry, type RoomEntry, type RoomInfo } from '@bothy/wire';
import { afterEach, describe, expect, test } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { connectRooms, type RoomsClient, type RoomsClientOptions, socketUrl } from './index.ts';

const room = 'a2b3c4d5e6f7g2h3i4j5';
const person = 'guest:anna';

interface Call {
  readonly id: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}
type Answer = (call: Call, socket: ServerSocket) => unknown;

interface TestNode {
  readonly url: string;
  readonly calls: Call[];
  readonly sockets: Set<ServerSocket>;
  readonly log: RoomEntry[];
  /** What `GET /api/v1/cluster` answers; 404 without. */
  cluster: unknown;
  /** Answers in place of the script; `undefined` lets the script answer, `null` nothing. */
  override: Answer;
  stop(): Promise<void>;
}

const nodes: TestNode[] = [];
const clients: RoomsClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const node of nodes.splice(0)) await node.stop();
});

function info(lastSeq: number): RoomInfo {
  const words = {
    id: room,
    name: 'Hut',
    description: '',
    visibility: 'public',
    administrator: 'n1',
  } as const;
  return { ...words, memberCount: 1, state: 'available', epoch: 1, lastSeq, pinned: [] };
}

async function startNode(log: RoomEntry[] = []): Promise<TestNode> {
  const http = createServer((request, response) => {
    const found = request.url === '/api/v1/cluster' && node.cluster !== undefined;
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ? node.cluster : {}));
  });
  const webSockets = new WebSocketServer({ server: http, path: '/ws', handleProtocols: () => 'bothy.v1' });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const node: TestNode = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    calls: [],
    sockets: new Set(),
    log,
    cluster: undefined,
    override: () => undefined,
    stop: () => stopServer(http, webSockets),
  };
  webSockets.on('connection', (socket) => {
    node.sockets.add(socket);
    socket.on('close', () => node.sockets.delete(socket));
    socket.on('message', (data) => {
      const call = JSON.parse(String(data)) as Call;
      node.calls.push(call);
      const given = node.override(call, socket);
      if (given === null) return;
      const result = given ?? script(node, call);
      socket.send(
        JSON.stringify({ jsonrpc: '2.0', id: call.id, ...(isError(result) ? result : { result }) }),
      );
      if (call.method === 'room.send') {
        const entry = node.log.at(-1);
        if (entry !== undefined) socket.send(notificationOf(entry));
      }
    });
  });
  nodes.push(node);
  return node;
}

function isError(result: unknown): result is { readonly error: unknown } {
  return typeof result === 'object' && result !== null && 'error' in result;
}

async function stopServer(http: Server, webSockets: WebSocketServer): Promise<void> {
  for (const socket of webSockets.clients) socket.terminate();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
}

function notificationOf(entry: RoomEntry): string {
  return JSON.stringify({ jsonrpc: '2.0', ...entryNotification(room, entry) });
}

function script(node: TestNode, { method, params }: Call): unknown {
  const { log } = node;
  switch (method) {
    case 'session.open': {
      const resume = params.resume as readonly { readonly room: string; readonly seq: number }[];
      const resumed = resume.map(({ room: id, seq }) => ({ room: id, from: seq + 1, complete: true }));
      const who = { node: 'n1', protocol: 'bothy.v1', person, name: 'anna', verified: false };
      return { ...who, heartbeatMs: 15_000, limits: {}, resumed };
    }
    case 'room.list':
      return { rooms: [info(log.length)], unreachable: ['n2'] };
    case 'room.join': {
      const entries = log.map(flatEntry);
      return { room: info(log.length), members: [], entries, complete: true, read: 0 };
    }
    case 'room.send': {
      const key = String(params.messageId);
      const known = log.find((entry) => entry.key === key);
      if (known !== undefined) return { epoch: 1, seq: known.seq, duplicate: true };
      const content = { kind: 'message', body: String(params.body) } as const;
      const seq = log.length + 1;
      log.push({ epoch: 1, seq, author: person, name: 'anna', sentAt: 0, key, content });
      return { epoch: 1, seq, duplicate: false };
    }
    case 'room.delete':
      return { outcome: 'committed', votes: { n2: 'ready' }, pending: [] };
    case 'room.leave':
      return { room };
    case 'room.info':
      return { room: info(log.length), members: [] };
    case 'session.ping':
      return { now: 0 };
    default:
      return { epoch: 1, seq: 1 };
  }
}

function connect(options: Partial<RoomsClientOptions> & Pick<RoomsClientOptions, 'urls'>): RoomsClient {
  const client = connectRooms({ name: 'anna', discovers: false, ...options });
  clients.push(client);
  return client;
}

function stateOf(client: RoomsClient, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    if (client.state === wanted) return resolve();
    const end = client.on('connection', ({ state }) => {
      if (state !== wanted) return;
      end();
      resolve();
    });
  });
}

test('the example of the README runs, and prints what was said', async () => {
  const node = await startNode();
  const text = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(text)?.[1] ?? '';
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(11);
  const body = example.replace(/^import .*$/m, '').replace('http://127.0.0.1:8080', node.url);
  const printed: string[] = [];
  const run = new Function('connectRooms', 'console', `return (async () => { ${body} })();`);
  await run(connectRooms, { log: (line: string) => printed.push(line) });
  expect(node.log.map(({ content }) => content)).toEqual([{ kind: 'message', body: 'Hello from the hut.' }]);
  expect(printed.join()).toMatch(/^(anna: Hello from the hut\.)?$/);
});

describe('talking', () => {
  test('joins with history, sends, hears, and forgets nothing', async () => {
    const node = await startNode();
    const client = connect({ urls: [node.url] });
    expect(await client.list()).toMatchObject({ rooms: [{ id: room }], unreachable: ['n2'] });
    const hut = await client.join(room);
    const heard = new Promise<RoomEntry>((resolve) => void hut.on('entry', resolve));
    expect(await hut.send('hello')).toEqual({ epoch: 1, seq: 1, duplicate: false });
    expect((await heard).content).toEqual({ kind: 'message', body: 'hello' });
    expect(hut.entries).toHaveLength(1);
    expect(hut.info).toMatchObject({ name: 'Hut' });
    expect(client.session).toMatchObject({ person, verified: false });
  });

  test('every wish goes out as the protocol has it', async () => {
    const node = await startNode();
    const hut = await connect({ urls: [node.url] }).join(room);
    await hut.edit(1, 'b');
    await hut.react(1, '👍');
    await hut.redact(1, 'why');
    await hut.pin(1, false);
    await hut.invite({ name: 'ben' });
    await hut.setRole({ person: 'guest:ben' }, 'reader');
    await hut.ban({ name: 'ben' });
    await hut.update({ description: 'warm' });
    expect(await hut.delete()).toMatchObject({ outcome: 'committed' });
    const { roomMethods } = await import('@bothy/wire/schemas');
    const made = node.calls.filter(({ method }) => method.startsWith('room.'));
    expect(made).toHaveLength(10);
    for (const { method, params } of made) {
      const row = roomMethods.find((each) => each.method === method);
      expect(row?.parse?.(params)).toMatchObject({ ok: true });
    }
  });

  test('a refusal is an error with its code, and the message can be sent again', async () => {
    const node = await startNode();
    node.override = ({ method }) =>
      method === 'room.send'
        ? { error: { code: -32000, message: 'Not here.', data: { code: 'forbidden' } } }
        : undefined;
    const hut = await connect({ urls: [node.url] }).join(room);
    const failed = new Promise<OutgoingMessage>((resolve) => {
      hut.on('message', ({ state, message }) => {
        if (state === 'failed') resolve(message);
      });
    });
    await expect(hut.send('hello')).rejects.toMatchObject({ code: 'forbidden', message: 'Not here.' });
    node.override = () => undefined;
    await hut.retry(await failed);
    expect(node.log).toHaveLength(1);
  });

  test('what no schema knows is told, and harms nothing', async () => {
    const node = await startNode();
    const client = connect({ urls: [node.url] });
    await client.join(room);
    const odd: string[] = [];
    client.on('odd', (notice) => odd.push(notice.kind));
    for (const socket of node.sockets) {
      socket.send('{"jsonrpc":"2.0","method":"room.applause","params":{}}');
      socket.send('not JSON');
      socket.send(Buffer.from([1, 2, 3]));
    }
    await client.list();
    expect(odd).toEqual(['unknown', 'malformed', 'malformed']);
  });
});

describe('when the network fails', () => {
  test('a message whose answer was lost is written once, and acknowledged on the next connection', async () => {
    const node = await startNode();
    const hut = await connect({ urls: [node.url] }).join(room);
    let isFirst = true;
    node.override = (call, socket) => {
      if (call.method !== 'room.send' || !isFirst) return undefined;
      isFirst = false;
      script(node, call);
      socket.terminate();
      return null;
    };
    expect(await hut.send('once')).toEqual({ epoch: 1, seq: 1, duplicate: true });
    expect(node.log).toHaveLength(1);
    expect(node.calls.at(-2)).toMatchObject({ params: { resume: [{ room, epoch: 1, seq: 0 }] } });
  });

  test('another node goes on when the first one dies, one that was learned from the cluster too', async () => {
    const one = await startNode();
    const two = await startNode(one.log);
    const load = { health: 'up', version: '0', sessions: 1, rooms: 1, messagesPerSecond: 0 };
    one.cluster = {
      self: 'n1',
      nodes: [
        { id: 'n1', webUrl: one.url, ...load },
        { id: 'n2', webUrl: two.url, ...load },
      ],
      rooms: [],
      deletions: [],
    };
    const client = connect({ urls: [one.url], discovers: true });
    const learned = new Promise<unknown>((resolve) => void client.on('nodes', resolve));
    const hut = await client.join(room);
    await hut.send('one');
    expect(await learned).toMatchObject([{ node: 'n1' }, { node: 'n2' }]);
    await one.stop();
    expect(await hut.send('two')).toMatchObject({ seq: 2 });
    expect(two.calls[0]).toMatchObject({ method: 'session.open' });
  });

  test('what the outbox kept is sent at the next start', async () => {
    const node = await startNode();
    const disk: OutboxWrite[] = [];
    const kept: OutgoingMessage = { room, messageId: 'm-1', body: 'late', writtenAt: 1 };
    const write = async (writes: readonly OutboxWrite[]): Promise<void> => void disk.push(...writes);
    const client = connect({ urls: [node.url], outbox: { kept: [kept], write } });
    const sent = new Promise<void>((resolve) => {
      client.on('message', ({ state }) => {
        if (state === 'sent') resolve();
      });
    });
    await sent;
    expect(node.log[0]).toMatchObject({ key: 'm-1', content: { body: 'late' } });
    expect(disk).toEqual([{ kind: 'remove', room, messageId: 'm-1' }]);
  });

  test('an outbox that cannot be written ends the client, and whoever waits is told', async () => {
    const node = await startNode();
    const write = async (): Promise<void> => {
      throw new Error('no space left');
    };
    const client = connect({ urls: [node.url], outbox: { kept: [], write } });
    const failed = new Promise<string>((resolve) => void client.on('failed', ({ code }) => resolve(code)));
    const hut = await client.join(room);
    await expect(hut.send('hello')).rejects.toMatchObject({ code: 'node_unreachable' });
    expect(await failed).toBe('storage_failed');
    expect(node.log).toEqual([]);
  });
});

describe('signing in', () => {
  test('a token is asked for on every connection, and anew when it was refused', async () => {
    const node = await startNode();
    const asked: boolean[] = [];
    const token = async ({ again }: { readonly again: boolean }): Promise<string> => {
      asked.push(again);
      return again ? 'new' : 'old';
    };
    node.override = ({ method, params }) =>
      method === 'session.open' && params.token === 'old'
        ? { error: { code: -32000, message: 'Expired.', data: { code: 'unauthorized' } } }
        : undefined;
    const client = connect({ urls: [node.url], token });
    await stateOf(client, 'open');
    expect(asked).toEqual([false, true]);
  });

  test('nobody is let in without a token that there is: the client says so and waits', async () => {
    const node = await startNode();
    const client = connect({ urls: [node.url], token: () => Promise.reject(new Error('no key')) });
    await stateOf(client, 'waiting');
    client.close();
    await expect(client.list()).rejects.toMatchObject({ code: 'node_unreachable' });
  });
});

test('addresses as people write them', () => {
  expect(socketUrl('http://h:8080')).toBe('ws://h:8080/ws');
  expect(socketUrl('https://h/')).toBe('wss://h/ws');
  expect(socketUrl('wss://h/other/ws')).toBe('wss://h/other/ws');
  expect(() => socketUrl('h:8080')).toThrow('no address of a node');
  expect(() => connectRooms({ urls: [] })).toThrow('at least one node');
});
