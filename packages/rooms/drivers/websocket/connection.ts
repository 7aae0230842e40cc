/** One client's connection: what is known of it, and what waits to be written to it in this tick. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TokenBucket } from '@bothy/protocols';
import type { ErrorCode, RoomActor } from '@bothy/wire';
import type { RpcId } from '@bothy/wire/schemas';
import { WebSocket } from 'ws';
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

export interface ConnectionStart {
  readonly id: string;
  readonly webSocket: WebSocket;
  readonly socket: Duplex;
  readonly request: IncomingMessage;
  readonly rate: TokenBucket;
  readonly nowMs: number;
}

export class Connection {
  readonly id: string;
  readonly webSocket: WebSocket;
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
  /** By the id that the core knows a command by; made with the first one. */
  pending: Map<string, PendingCall> | undefined;
  readonly rooms = new Set<RoomOutbox>();

  /** Whether this tick has something for it alone, so that it does not take what its rooms' others take. */
  mixed = false;
  /** What it gets in this tick, in order, while it is `mixed`. */
  parts: Buffer[] = [];
  /** How many of a room's frames of this tick are in `parts` already. */
  taken: Map<RoomOutbox, number> | undefined;
  /** The last tick in which one of its rooms had something, to find those with several. */
  roomTick = 0;
  /** Bytes of answers and missed entries since nothing waited: it asked for them, so they do not make it slow. */
  askedBytes = 0;
  /** Those of this tick. */
  tickAskedBytes = 0;

  constructor({ id, webSocket, socket, request, rate, nowMs }: ConnectionStart) {
    this.id = id;
    this.webSocket = webSocket;
    this.socket = socket;
    this.request = request;
    this.rate = rate;
    this.sinceMs = nowMs;
    this.heardMs = nowMs;
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
