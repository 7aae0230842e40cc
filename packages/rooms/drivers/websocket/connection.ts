/** One client's connection: what is known of it, and what waits to be written to it in this tick. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TokenBucket } from '@bothy/protocols';
import type { ErrorCode, RoomActor } from '@bothy/wire';
import type { RpcId } from '@bothy/wire/schemas';
import { type RawData, WebSocket } from 'ws';
import type { RoomOutbox } from './room-outbox.ts';

/** A command that the core has not answered. */
export interface PendingCall {
  /** Undefined for a notification, which is not answered. */
  readonly rpcId: RpcId | undefined;
  readonly end: (outcome: 'ok' | 'abandoned' | ErrorCode) => void;
}

/**
 *     new ──session.open──▶ opening ──signed in──▶ resuming ──opened──▶ open
 *      ▲                       │                       │                  │
 *      └────────refused────────┘                       └───────▶ ended ◀──┘
 */
export type ConnectionState = 'new' | 'opening' | 'resuming' | 'open' | 'ended';

/** While nothing is to be written. */
export const noParts: Buffer[] = [];

/** What a connection's events are handed to: one for all connections, for closures of each would cost memory. */
export interface ConnectionHost {
  monoMs(): number;
  frame(connection: Connection, data: RawData, isBinary: boolean): void;
  broke(connection: Connection, error: Error & { readonly code?: string }): void;
  ended(connection: Connection): void;
}

/** The library's WebSocket, which knows whose it is. */
export class ClientSocket extends WebSocket {
  connection: Connection | undefined = undefined;
}

export interface ConnectionStart {
  readonly id: string;
  readonly host: ConnectionHost;
  readonly webSocket: ClientSocket;
  readonly socket: Duplex;
  readonly request: IncomingMessage;
  readonly rate: TokenBucket;
}

/** Thousands of these are idle at a time, so what is seldom used is made when it is. */
export class Connection {
  readonly id: string;
  readonly host: ConnectionHost;
  readonly webSocket: ClientSocket;
  readonly socket: Duplex;
  readonly rate: TokenBucket;
  readonly sinceMs: number;
  heardMs: number;
  state: ConnectionState = 'new';
  /** Until somebody has signed in: it is larger than everything else here. */
  request: IncomingMessage | undefined;
  actor: RoomActor | undefined;
  /** Waits for `opened`. */
  openCall: PendingCall | undefined;
  /** By the id that the core knows a command by; there while something waits. */
  pending: Map<string, PendingCall> | undefined;
  /** Replaced as a whole, so that it takes no more than its room: a handful at most times. */
  rooms: readonly RoomOutbox[] = [];

  /** Whether this tick has something for it alone, so that it does not take what its rooms' others take. */
  mixed = false;
  /** What it gets in this tick, in order, while it is `mixed`. */
  parts: Buffer[] = noParts;
  /** How many of a room's frames of this tick are in `parts` already. */
  taken: Map<RoomOutbox, number> | undefined;
  /** The last tick in which one of its rooms had something, to find those with several. */
  roomTick = 0;
  /** Bytes of answers and missed entries since nothing waited: it asked for them, so they do not make it slow. */
  askedBytes = 0;
  /** Those of this tick. */
  tickAskedBytes = 0;

  constructor({ id, host, webSocket, socket, request, rate }: ConnectionStart) {
    this.id = id;
    this.host = host;
    this.webSocket = webSocket;
    this.socket = socket;
    this.request = request;
    this.rate = rate;
    this.sinceMs = host.monoMs();
    this.heardMs = this.sinceMs;
    this.openCall = undefined;
    this.actor = undefined;
    this.pending = undefined;
    this.taken = undefined;
    webSocket.connection = this;
    webSocket.on('message', onMessage);
    webSocket.on('ping', onSign);
    webSocket.on('pong', onSign);
    webSocket.on('error', onError);
    webSocket.on('close', onClose);
  }

  /** The answer to this command is there. */
  settle(id: string): PendingCall | undefined {
    const call = this.pending?.get(id);
    this.pending?.delete(id);
    if (this.pending?.size === 0) this.pending = undefined;
    return call;
  }

  get isWritable(): boolean {
    return this.state !== 'ended' && this.webSocket.readyState === WebSocket.OPEN;
  }

  /** Takes no more calls until the client has read what waits: or one that asks and never reads costs memory. */
  pauseUntilRead(): void {
    if (this.webSocket.isPaused) return;
    this.webSocket.pause();
    this.socket.once('drain', () => this.webSocket.resume());
  }

  /**
   * Writes whole frames, beside `ws`. That is safe because `ws` writes its own (close and pong) whole as well: without
   * compression it puts head and payload into the same stream at once, so nothing comes in between. After a close
   * frame nothing may follow: `isWritable` is false from then on.
   */
  write(parts: readonly Buffer[], sizeBytes: number): void {
    const [first] = parts;
    if (first === undefined) return;
    if (parts.length === 1) this.socket.write(first);
    else if (sizeBytes <= joinedBytes) this.socket.write(Buffer.concat(parts, sizeBytes));
    else {
      this.socket.cork();
      for (const part of parts) this.socket.write(part);
      this.socket.uncork();
    }
  }
}

/** Up to here one copy costs less than a gathered write. */
const joinedBytes = 16 * 1024;

function connectionOf(webSocket: WebSocket): Connection | undefined {
  return webSocket instanceof ClientSocket ? webSocket.connection : undefined;
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const connection = connectionOf(this);
  if (connection === undefined) return;
  connection.heardMs = connection.host.monoMs();
  connection.host.frame(connection, data, isBinary);
}

function onSign(this: WebSocket): void {
  const connection = connectionOf(this);
  if (connection !== undefined) connection.heardMs = connection.host.monoMs();
}

function onError(this: WebSocket, error: Error): void {
  const connection = connectionOf(this);
  connection?.host.broke(connection, error);
}

function onClose(this: WebSocket): void {
  const connection = connectionOf(this);
  connection?.host.ended(connection);
}
