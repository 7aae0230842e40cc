/** A node of the protocol on a real port, which answers by a script and misbehaves where a test wants it to. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { entryNotification, flatEntry, type RoomEntry, type RoomInfo } from '@bothy/wire';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';

export const room = 'a2b3c4d5e6f7g2h3i4j5';
export const person = 'guest:anna';

export interface Call {
  readonly id: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}
type Answer = (call: Call, socket: ServerSocket) => unknown;

export interface ScriptedNode {
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

export async function startScriptedNode(log: RoomEntry[] = []): Promise<ScriptedNode> {
  const http = createServer((request, response) => {
    const found = request.url === '/api/v1/cluster' && node.cluster !== undefined;
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ? node.cluster : {}));
  });
  const webSockets = new WebSocketServer({ server: http, path: '/ws', handleProtocols: () => 'bothy.v1' });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const node: ScriptedNode = {
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

export function script(node: ScriptedNode, { method, params }: Call): unknown {
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
