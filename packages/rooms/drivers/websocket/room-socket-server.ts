/**
 * Rooms over `/ws`: the sub-protocol `bothy.v1`, JSON-RPC 2.0, one object per text frame (design, section 4). It checks
 * what clients send and hands it to the core, and carries out what the core says; it decides nothing about rooms.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TokenBucket, type TokenBucketOptions } from '@bothy/protocols';
import {
  type Author,
  type ErrorCode,
  type Notification,
  noticeNotification,
  type RoomEntry,
  type RoomId,
  roomLimits,
} from '@bothy/wire';
import { type RawData, WebSocketServer } from 'ws';
import { answerOf, entryText, notificationText } from './answers.ts';
import { CallHandler } from './call-handler.ts';
import { type CloseReason, closeCodes, closeSentences } from './close-codes.ts';
import { ClientSocket, Connection, type ConnectionHost } from './connection.ts';
import {
  noSocketCounts,
  type RoomSocketCounts,
  type RoomSocketOptions,
  type RoomSocketOutput,
  type SessionNotifier,
} from './socket-options.ts';
import { textFrame } from './text-frame.ts';
import { TickWriter } from './tick-writer.ts';
import { refuseUpgrade, subProtocol, upgradeRefusal } from './upgrade-refusal.ts';

const defaultSlowBytes = 1024 * 1024;
const defaultMaxConnections = 20_000;
/** From connecting to `session.open`. */
const openWithinMs = 10_000;
const sweepMs = 1_000;
/** A client that does not answer a close frame is cut off after so long. */
const closeTimeoutMs = 5_000;
/** A stop does not wait longer for clients to hang up. */
const farewellMs = 1_000;

const webSocketOptions = {
  WebSocket: ClientSocket,
  noServer: true,
  clientTracking: false,
  // Costs hundreds of kilobytes for each client, and would take a head of its own in each frame.
  perMessageDeflate: false,
  maxPayload: roomLimits.frameBytes,
  closeTimeout: closeTimeoutMs,
  handleProtocols: (offered: ReadonlySet<string>): string | false =>
    offered.has(subProtocol) ? subProtocol : false,
};

export class RoomSocketServer implements SessionNotifier {
  readonly counts: RoomSocketCounts = noSocketCounts();
  readonly #options: RoomSocketOptions;
  readonly #refusals = new Map<ErrorCode, number>();
  readonly #connections = new Map<string, Connection>();
  readonly #calls: CallHandler;
  readonly #writer: TickWriter;
  readonly #sweeps: NodeJS.Timeout;
  readonly #allowance: TokenBucketOptions;
  readonly #webSockets = new WebSocketServer<typeof ClientSocket>(webSocketOptions);
  readonly #host: ConnectionHost = {
    monoMs: () => this.#options.monoMs(),
    frame: (connection, data, isBinary) => this.#frame(connection, data, isBinary),
    broke: (connection, error) => this.#broke(connection, error),
    ended: (connection) => this.#ended(connection),
  };
  #stopping = false;

  constructor(options: RoomSocketOptions) {
    this.#options = options;
    const { commandsBurst: burst, commandsPerSecond: perSecond } = roomLimits;
    this.#allowance = options.rate ?? { burst, perSecond };
    const { counts } = this;
    this.#calls = new CallHandler({
      server: options,
      counts,
      refusals: this.#refusals,
      send: (connection, text) => this.#writer.toOne(connection, textFrame(text), true),
    });
    this.#writer = new TickWriter({
      counts,
      slowBytes: options.slowBytes ?? defaultSlowBytes,
      slow: (connection) => {
        counts.slowCloses += 1;
        this.#end(connection, 'slow');
      },
    });
    this.#sweeps = setInterval(() => this.sweep(), sweepMs).unref();
  }

  /** Connections now, with a session or about to open one. */
  get connections(): number {
    return this.#connections.size;
  }

  /** How often each code was answered since the start. */
  get refusals(): ReadonlyMap<ErrorCode, number> {
    return this.#refusals;
  }

  /** Takes over an HTTP upgrade of `/ws`. The caller has checked origin and host. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const full = this.#connections.size >= (this.#options.maxConnections ?? defaultMaxConnections);
    const refusal = upgradeRefusal(request, { stopping: this.#stopping, full });
    if (refusal !== undefined) {
      this.#options.log?.warn({ code: refusal.code }, `connection refused: ${refusal.message}`);
      return refuseUpgrade(socket, refusal);
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#connected(webSocket, socket, request);
    });
  }

  /** Carries out what the core says, in order. What comes in one turn of the event loop is written together. */
  perform(output: RoomSocketOutput): void {
    switch (output.kind) {
      case 'reply':
        return this.#reply(output);
      case 'opened':
        return this.#opened(output);
      case 'attach':
      case 'detach': {
        const connection = this.#connections.get(output.session);
        if (connection !== undefined) this.#writer[output.kind](connection, output.room);
        return;
      }
      case 'deliver':
        return this.#deliver(output.room, output.entries, output.trace);
      case 'deliverTo': {
        const connection = this.#connections.get(output.session);
        if (connection === undefined) return;
        this.counts.deliveries += output.entries.length;
        for (const entry of output.entries)
          this.#writer.toOne(connection, textFrame(entryText(output.room, entry)), true);
        return;
      }
      case 'notice':
        return this.#notice(output);
    }
  }

  notify(sessions: Iterable<string>, notification: Notification): void {
    const frame = textFrame(notificationText(notification));
    for (const session of sessions) {
      const connection = this.#connections.get(session);
      if (connection !== undefined) this.#writer.toOne(connection, frame, false);
    }
  }

  /** Ends the sessions of a person whose sign-in holds no longer. */
  endSessions(person: Author): void {
    for (const connection of [...this.#connections.values()]) {
      if (connection.actor?.person === person) this.#end(connection, 'unauthorized');
    }
  }

  /** The core starts anew and knows no session: every client is to come again. */
  endAll(reason: CloseReason): void {
    this.#writer.flush();
    for (const connection of [...this.#connections.values()]) this.#end(connection, reason);
  }

  /** Lets go of who is silent or did not open a session in time. It does so by itself every second. */
  sweep(): void {
    const nowMs = this.#options.monoMs();
    for (const connection of [...this.#connections.values()]) {
      if (nowMs - connection.heardMs > 2 * roomLimits.heartbeatMs) {
        this.counts.silentCloses += 1;
        this.#end(connection, 'silent');
      } else if (connection.state === 'new' && nowMs - connection.sinceMs > openWithinMs) {
        this.#end(connection, 'notOpened');
      }
    }
    this.#writer.sweep();
  }

  /** Writes what waits, tells every client to reconnect, and cuts off who does not hang up. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#sweeps);
    const open = [...this.#connections.values()];
    const closed = open.map(
      ({ socket }) =>
        new Promise<void>((resolve) => (socket.destroyed ? resolve() : socket.once('close', resolve))),
    );
    this.endAll('nodeStopping');
    const patience = setTimeout(() => {
      for (const { webSocket } of open) webSocket.terminate();
    }, farewellMs);
    await Promise.all(closed);
    clearTimeout(patience);
    this.#webSockets.close();
  }

  #connected(webSocket: ClientSocket, socket: Duplex, request: IncomingMessage): void {
    const { newId = randomId, monoMs } = this.#options;
    const rate = new TokenBucket(this.#allowance, monoMs());
    const host = this.#host;
    const connection = new Connection({ id: newId(), host, webSocket, socket, request, rate });
    this.#connections.set(connection.id, connection);
  }

  /** `ws` closes with 1002, 1007 or 1009 what breaks WebSocket's own rules. */
  #broke(connection: Connection, { code, message }: Error & { readonly code?: string }): void {
    if (code?.startsWith('WS_ERR') !== true) return;
    this.counts.brokenFrames += 1;
    this.#options.log?.warn({ session: connection.id }, `connection ended: ${message}`);
  }

  #frame(connection: Connection, data: RawData, isBinary: boolean): void {
    if (!connection.isWritable) return;
    if (isBinary || !Buffer.isBuffer(data)) {
      this.counts.brokenFrames += 1;
      return this.#end(connection, 'protocolError');
    }
    this.#calls.take(connection, data.toString());
  }

  #reply({ id, session, result }: Extract<RoomSocketOutput, { readonly kind: 'reply' }>): void {
    const connection = session === null ? undefined : this.#connections.get(session);
    const call = connection?.settle(id);
    if (connection === undefined || call === undefined) return;
    if (result.ok) this.#calls.answer(connection, call, answerOf(result.value));
    else this.#calls.refuse(connection, call, result);
  }

  #opened({ session, resumed }: Extract<RoomSocketOutput, { readonly kind: 'opened' }>): void {
    const connection = this.#connections.get(session);
    const { openCall, actor } = connection ?? {};
    if (connection === undefined || openCall === undefined || actor === undefined) return;
    connection.state = 'open';
    connection.openCall = undefined;
    const { person, name, verified } = actor;
    this.#calls.answer(connection, openCall, {
      node: this.#options.node,
      protocol: subProtocol,
      person,
      name,
      verified,
      heartbeatMs: roomLimits.heartbeatMs,
      limits: roomLimits,
      resumed,
    });
    for (const { sessionOpened } of this.#options.extensions ?? []) sessionOpened?.({ id: session, actor });
  }

  #deliver(room: RoomId, entries: readonly RoomEntry[], trace: string | undefined): void {
    const sessions = this.#writer.audience(room);
    if (sessions === 0) return;
    for (const entry of entries) this.#writer.toRoom(room, textFrame(entryText(room, entry)));
    this.counts.deliveries += entries.length * sessions;
    this.#calls.tracer.delivered(trace, room, entries.length, sessions);
  }

  #notice({ to, notice }: Extract<RoomSocketOutput, { readonly kind: 'notice' }>): void {
    const notification = noticeNotification(notice);
    if (to === 'all') {
      const open = [...this.#connections.values()].filter(({ state }) => state === 'open');
      return this.notify(
        open.map(({ id }) => id),
        notification,
      );
    }
    if ('session' in to) return this.notify([to.session], notification);
    if (this.#writer.audience(to.room) === 0) return;
    this.#writer.toRoom(to.room, textFrame(notificationText(notification)));
  }

  #end(connection: Connection, reason: CloseReason): void {
    if (connection.state === 'ended') return;
    const { id, actor, webSocket } = connection;
    this.#options.log?.info({ session: id, name: actor?.name, reason }, 'session ended by the node');
    webSocket.close(closeCodes[reason], closeSentences[reason]);
    this.#ended(connection);
  }

  #ended(connection: Connection): void {
    const { state, id, actor, pending, openCall } = connection;
    if (state === 'ended') return;
    connection.state = 'ended';
    connection.request = undefined;
    connection.pending = undefined;
    this.#connections.delete(id);
    this.#writer.forget(connection);
    openCall?.end('abandoned');
    for (const call of pending?.values() ?? []) call.end('abandoned');
    if (actor === undefined) return;
    this.#options.input({ kind: 'sessionClosed', session: id });
    for (const { sessionClosed } of this.#options.extensions ?? []) sessionClosed?.({ id, actor });
  }
}

/** A UUID would be kept as a chain of small strings, which takes half a kilobyte. */
function randomId(): string {
  return randomBytes(15).toString('base64url');
}
