/** The embedded MQTT broker: Aedes with Bothy's authentication and access rules. */

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Principal } from '@bothy/identity';
import { BothyError, type EdgeId, edgeClientId, limits, type PersonId } from '@bothy/wire';
import type { Client, PublishPacket } from 'aedes';
import type { AuthenticationRefusal } from './authentication.ts';
import { BoundedPersistence } from './bounded-persistence.ts';
import { BridgedAedes } from './bridge/bridged-aedes.ts';
import { BrokerBridge, type NodeBridge } from './bridge/broker-bridge.ts';
import { type BrokerCounts, type BrokerOptions, defaultSessionExpiryMs, noCounts } from './broker-options.ts';
import { BrokerStatistics } from './broker-statistics.ts';
import { connectAttempt, connectError, connectFault } from './connect-attempt.ts';
import { gateStream } from './gated-stream.ts';
import { Listeners, type TlsCredentials } from './listeners.ts';
import { type Mailboxes, OwnMailboxes } from './mailboxes.ts';
import { forgetOldDoubles } from './message-number.ts';
import { NodeClient } from './node-client.ts';
import { mqttWebSockets, packetStream } from './packet-stream.ts';
import { defaultPersistenceLimits } from './persistence-options.ts';
import { defaultPublishRate, PublishAllowance } from './publish-allowance.ts';
import { PublishDesk } from './publish-desk.ts';
import { unknownClient } from './publish-refusal.ts';
import { SessionJournal } from './session-journal.ts';
import { maxTopicChars, Visitor } from './visitor.ts';
import './number-cache.ts';

/** A payload of 64 KiB with topic and all; also a CONNECT with a last will of that size. */
const maxPacketBytes = 2 * limits.envelopeBytes;
/** What may wait unread for one client before it counts as slow: a quarter of a second at 8 Mbit/s. */
const sendBufferBytes = 256 * 1024;
const sweepMs = 10 * 60_000;
/** After this long a stop no longer waits for what connections still have to write. */
const farewellMs = 1_000;

export class Broker {
  readonly counts: BrokerCounts = noCounts();
  /** The node as a client of its own broker. */
  readonly node: NodeClient;
  readonly mailboxes: Mailboxes;
  readonly #options: BrokerOptions;
  readonly #monoMs: () => number;
  readonly #aedes: BridgedAedes;
  readonly #bridge: BrokerBridge | undefined;
  readonly #desk: PublishDesk;
  readonly #journal: SessionJournal | undefined;
  readonly #persistence: BoundedPersistence;
  readonly #statistics: BrokerStatistics | undefined;
  #sweeps: NodeJS.Timeout | undefined;
  readonly #visitors = new WeakMap<object, Visitor>();
  readonly #connected = new Map<string, Client>();
  /** Clients whose end was logged: every message on its way to one reports it anew. */
  readonly #ended = new WeakSet<Client>();
  /** What is wrong with what clients said when they connected; they hear it when they are asked who they are. */
  readonly #faults = new WeakMap<Client, AuthenticationRefusal>();
  readonly #sockets = new Set<Duplex>();
  readonly #webSockets = mqttWebSockets();
  readonly #listeners = new Listeners({
    highWaterMark: sendBufferBytes,
    handle: (stream) => this.#handle(stream),
  });

  #stopping = false;
  #closing: Promise<void> | undefined;

  private constructor(options: BrokerOptions, journal: SessionJournal | undefined) {
    this.#options = options;
    this.#journal = journal;
    this.#monoMs = options.monoMs ?? (() => performance.now());
    const limits = options.limits ?? defaultPersistenceLimits;
    this.#persistence = new BoundedPersistence({
      limits,
      sessionExpiryMs: options.sessionExpiryMs ?? defaultSessionExpiryMs,
      journal,
      monoMs: this.#monoMs,
      maySubscribe: (client, filter) => this.#subscribeRefusal(client, filter) === undefined,
      mayPublish: (client, packet) => this.#desk.mayLeave(client, packet),
      isConnected: (clientId) => this.#connected.has(clientId),
      version: (topic) => this.#bridge?.noteOf(topic),
      restored: (retained) => this.#bridge?.restore(retained),
      dropped: (messages) => this.#count('droppedMessages', messages),
      expired: (sessions) => this.#count('expiredSessions', sessions),
    });
    this.#aedes = new BridgedAedes({
      // `<person>/<device>` is 49 characters.
      maxClientsIdLength: 64,
      connectTimeout: 10_000,
      drainTimeout: options.slowClientMs ?? 5_000,
      persistence: this.#persistence,
      preConnect: (client, packet, done) => {
        if (packet.protocolVersion === 5) {
          this.#count('refusedConnects');
          // Aedes answers with return code 1: unacceptable protocol version.
          this.#log('warn', client, 'connection refused: it speaks MQTT 5, and this broker MQTT 3.1.1');
        }
        const fault = connectFault(packet);
        if (fault !== undefined) this.#faults.set(client, fault);
        done(null, true);
      },
      authenticate: (client, username, password, done) => {
        void this.#authenticate(client, username, password).then((refusal) => {
          if (refusal === undefined) return done(null, true);
          done(connectError(refusal), null);
        });
      },
      authorizePublish: (client, packet, done) => {
        this.#desk.authorize(client, packet).then(
          () => done(null),
          (error) => done(BothyError.from(error)),
        );
      },
      authorizeSubscribe: (client, subscription, done) => {
        done(null, this.#authorizeSubscribe(client, subscription.topic) ? subscription : null);
      },
      // Whatever way a message takes to a client, it passes here.
      authorizeForward: (client, packet) => (this.#mayForward(client, packet) ? packet : null),
    });
    if (options.bridge !== undefined) {
      const failed = (thrown: unknown): void => options.log?.warn({}, BothyError.from(thrown).message);
      const place = { aedes: this.#aedes, persistence: this.#persistence, failed };
      const { retainedTopics } = limits;
      this.#bridge = new BrokerBridge({ ...place, options: options.bridge, retainedTopics });
    }
    const place = {
      aedes: this.#aedes,
      persistence: this.#persistence,
      bridge: this.#bridge,
      visitorOf: (client: object) => this.#visitors.get(client),
    };
    this.node = new NodeClient(place);
    this.mailboxes = new OwnMailboxes(this.#persistence, this.node);
    const { version } = options;
    if (version !== undefined) {
      const { node, counts } = this;
      const connected = (): number => this.connectedClients;
      const kept = () => this.#persistence.kept;
      const monoMs = this.#monoMs;
      this.#statistics = new BrokerStatistics({ node, counts, version, connected, kept, monoMs });
    }
    this.#desk = new PublishDesk({
      ...place,
      access: options.access,
      count: (name) => this.#count(name),
      warn: (client, sentence) => this.#log('warn', client, sentence),
      refused: ({ id: client }, { topic, payload }, reason) =>
        this.node.refused({ client, topic, payload: payload as Buffer, reason }),
      logEnd: (client, sentence) => this.#logEnd(client, sentence),
      monoMs: this.#monoMs,
    });
    this.#watch();
  }

  /** Throws `data_directory_unusable` or `database_corrupt`, each with what to do. */
  static async start(options: BrokerOptions): Promise<Broker> {
    const { file } = options;
    const journal = file === undefined ? undefined : await SessionJournal.open({ file });
    const broker = new Broker(options, journal);
    try {
      if (journal !== undefined) await broker.#persistence.restore(await journal.load());
    } catch (thrown) {
      await journal?.close();
      throw thrown;
    }
    await broker.#aedes.listen();
    if (broker.#bridge !== undefined) await broker.#desk.publishOrphanWills();
    broker.#statistics?.start();
    broker.#sweeps = setInterval(() => void broker.sweep(), sweepMs).unref();
    return broker;
  }

  /** Ends the sessions that were away too long. It does so by itself every ten minutes. */
  sweep(): Promise<void> {
    return this.#persistence.sweep();
  }

  /** Listens for MQTT over TCP, or over TLS; port 0 takes any. Throws `address_in_use`. Returns the port. */
  async listen(host: string, port: number, tls?: TlsCredentials): Promise<number> {
    return await this.#listeners.listen(host, port, tls);
  }

  /** New TLS connections see this certificate from now on. */
  useCertificate(tls: TlsCredentials): void {
    this.#listeners.useCertificate(tls);
  }

  /** Takes over an HTTP upgrade to MQTT over WebSocket. The caller has checked origin and host. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#handle(packetStream(webSocket, sendBufferBytes), request);
    });
  }

  get connectedClients(): number {
    return this.#connected.size;
  }

  /** How it is told of the other nodes; undefined for a broker that is started alone. */
  get bridge(): NodeBridge | undefined {
    return this.#bridge;
  }

  /** Ends the connections of a person whose sign-in holds no longer; they may sign in anew. */
  endConnections(person: PersonId): void {
    for (const client of this.#connected.values()) {
      if (this.#visitors.get(client)?.person === person) client.close();
    }
  }

  /** Ends the connection of an edge whose secret opens nothing any more. */
  endEdge(edge: EdgeId): void {
    this.#connected.get(edgeClientId(edge))?.close();
  }

  /** Ends every connection and listener; last wills are published to those that are left. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const closed = this.#listeners.stop();
    // A client that does not read would hold up the farewell.
    const patience = setTimeout(() => this.#endSockets(), farewellMs);
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    clearTimeout(patience);
    this.#endSockets();
    await closed;
    this.#webSockets.close();
    clearInterval(this.#sweeps);
    this.#statistics?.stop();
    this.#closing ??= this.#persistence.sweep().then(() => this.#journal?.close());
    await this.#closing;
  }

  #endSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#listeners.endSockets();
  }

  #watch(): void {
    const aedes = this.#aedes;
    aedes.on('client', (client) => {
      const { id } = client;
      // Aedes ends the connection before, but not one that came while that was ending.
      this.#connected.get(id)?.close();
      this.#connected.set(id, client);
      this.#persistence.connected(id);
      this.#bridge?.connected(client, (will) => this.#desk.mayLeave(client, will));
      this.#count('connects');
    });
    aedes.on('clientDisconnect', (client) => {
      this.#connected.delete(client.id);
      this.#persistence.disconnected(client.id);
      this.#bridge?.disconnected(client);
    });
    aedes.on('unsubscribe', (filters, client) => {
      for (const filter of filters) this.#visitors.get(client)?.unsubscribed(filter);
    });
    const failed = (client: Client, error: Error): void => {
      // With a return code it is a refused connection, which was logged with its reason.
      if (!('errorCode' in error)) this.#logEnd(client, error.message);
    };
    aedes.on('clientError', failed);
    aedes.on('connectionError', failed);
  }

  #handle(stream: Duplex | Socket, request?: IncomingMessage): void {
    if (this.#stopping) return void stream.destroy();
    this.#sockets.add(stream);
    stream.on('close', () => this.#sockets.delete(stream));
    // A connection that breaks is the client's affair; Aedes hears of it as well.
    stream.on('error', () => {});
    const client = this.#aedes.handle(stream, request);
    gateStream(stream, maxPacketBytes, this.counts, (reason) => {
      this.#logEnd(client, `connection ended: ${reason}`);
      if (client.id) this.node.refused({ client: client.id, topic: '', payload: Buffer.alloc(0), reason });
    });
  }

  async #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<AuthenticationRefusal | undefined> {
    try {
      const attempt = connectAttempt(client, username, password);
      const result = this.#faults.get(client) ?? (await this.#options.authenticate(attempt));
      if (result.ok) {
        this.#visitors.set(client, this.#visitor(result.principal));
        return undefined;
      }
      this.#count('refusedConnects');
      this.#log('warn', client, `connection refused: ${result.reason}`);
      return result;
    } catch (thrown) {
      this.#count('refusedConnects');
      this.#log('warn', client, `connection refused: ${BothyError.from(thrown).message}`);
      return { ok: false, code: 'notAuthorized', reason: 'the node could not check who you are' };
    }
  }

  #visitor(principal: Principal): Visitor {
    const { access, rate } = this.#options;
    return new Visitor(principal, access, new PublishAllowance(rate ?? defaultPublishRate, this.#monoMs()));
  }

  #authorizeSubscribe(client: Client, filter: string): boolean {
    const reason = this.#subscribeRefusal(client, filter);
    if (reason === undefined) {
      this.#visitors.get(client)?.subscribed(filter);
      return true;
    }
    this.#count('refusedSubscribes');
    this.#log('warn', client, `subscription to ${filter.slice(0, maxTopicChars)} refused: ${reason}`);
    return false;
  }

  #subscribeRefusal(client: object, filter: string): string | undefined {
    const visitor = this.#visitors.get(client);
    return visitor === undefined ? unknownClient : visitor.subscribeRefusal(filter);
  }

  /** Whether this message goes on to this client, whatever way it came. */
  #mayForward(client: Client, packet: PublishPacket): boolean {
    forgetOldDoubles(client, packet);
    const { topic, qos } = packet;
    const visitor = this.#visitors.get(client);
    if (visitor === undefined || !visitor.mayRead(topic)) return false;
    const delivery = visitor.delivery(qos, client.conn.writableNeedDrain);
    this.#count(delivery === 'miss' ? 'droppedMessages' : 'forwarded');
    if (delivery === 'end' && !client.conn.destroyed) {
      this.#count('slowClients');
      this.#logEnd(client, 'connection ended: too many messages wait for it to read');
      client.conn.destroy();
    }
    return delivery !== 'miss';
  }

  #count(name: keyof BrokerCounts, by = 1): void {
    this.counts[name] += by;
  }

  #logEnd(client: Client, sentence: string): void {
    if (this.#ended.has(client)) return;
    this.#ended.add(client);
    this.#log('warn', client, sentence);
  }

  #log(level: 'info' | 'warn', client: Client, sentence: string): void {
    this.#options.log?.[level]({ client: client.id }, sentence);
  }
}
