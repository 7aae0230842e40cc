/**
 * The embedded MQTT broker: Aedes with Bothy's authentication and access rules.
 * A refused publish is acknowledged, dropped, counted and logged; closing the
 * connection would make a QoS 1 client send it again for ever (design, section 5).
 */

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type AccessContext, mayRetain } from '@bothy/identity';
import { BothyError, limits } from '@bothy/wire';
import { Aedes, type Client, type PublishPacket } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Authenticate, AuthenticationRefusal } from './authentication.ts';
import {
  BoundedPersistence,
  defaultPersistenceLimits,
  type PersistenceLimits,
} from './bounded-persistence.ts';
import { Listeners, type TlsCredentials } from './listeners.ts';
import { PacketSizeGate } from './packet-size-gate.ts';
import { maxTopicChars, Visitor } from './visitor.ts';

export interface BrokerOptions {
  readonly authenticate: Authenticate;
  /** Which edges are enrolled, for the access rules. @default none */
  readonly access?: AccessContext;
  /** What is kept for clients that are away. @default enough for thousands of people */
  readonly limits?: PersistenceLimits;
  /**
   * How long a client may leave what it is sent unread. Until it is let go, it holds up who publishes to it.
   * @default 5000
   */
  readonly slowClientMs?: number;
  readonly log?: BrokerLog;
}

export interface BrokerLog {
  info(fields: Readonly<Record<string, unknown>>, sentence: string): void;
  warn(fields: Readonly<Record<string, unknown>>, sentence: string): void;
}

/** What happened since the start: each only rises. */
export interface BrokerCounts {
  connects: number;
  published: number;
  refusedConnects: number;
  refusedPublishes: number;
  refusedSubscribes: number;
  /** Payloads above the limit: acknowledged and dropped. */
  oversizedPublishes: number;
  /** Packets that announced far too much: their connections were ended. */
  oversizedPackets: number;
  /** Clients that were let go because too much waited for them to read. */
  slowClients: number;
  /** Messages that were to wait or to be retained, and had no room. */
  droppedMessages: number;
}

/** Where refused publishes go: a topic that the access rules let nobody subscribe to. */
const refusedTopic = '$refused';

/** A payload of 64 KiB with topic and all; also a CONNECT with a last will of that size. */
const maxPacketBytes = 2 * limits.envelopeBytes;
/** What may wait unread for one client before it counts as slow: a quarter of a second at 8 Mbit/s. */
const sendBufferBytes = 256 * 1024;
/** After this long a stop no longer waits for what connections still have to write. */
const farewellMs = 1_000;

/** CONNACK return codes of MQTT 3.1.1, section 3.2.2.3. */
const returnCodes: Readonly<Record<AuthenticationRefusal['code'], number>> = {
  badIdentifier: 2,
  badCredentials: 4,
  notAuthorized: 5,
};

export class Broker {
  readonly counts: BrokerCounts = {
    connects: 0,
    published: 0,
    refusedConnects: 0,
    refusedPublishes: 0,
    refusedSubscribes: 0,
    oversizedPublishes: 0,
    oversizedPackets: 0,
    slowClients: 0,
    droppedMessages: 0,
  };
  readonly #options: BrokerOptions;
  readonly #aedes: Aedes;
  readonly #visitors = new WeakMap<Client, Visitor>();
  readonly #connected = new Set<string>();
  /** Clients whose end was logged: every message on its way to one reports it anew. */
  readonly #ended = new WeakSet<Client>();
  readonly #sockets = new Set<Duplex>();
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // A frame may hold several packets; a client that sends more at once is cut off.
    maxPayload: 4 * limits.envelopeBytes,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  readonly #listeners = new Listeners({
    highWaterMark: sendBufferBytes,
    handle: (stream) => this.#handle(stream),
  });

  #stopping = false;

  private constructor(options: BrokerOptions) {
    this.#options = options;
    this.#aedes = new Aedes({
      // `<person>/<device>` is 49 characters.
      maxClientsIdLength: 64,
      connectTimeout: 10_000,
      drainTimeout: options.slowClientMs ?? 5_000,
      persistence: new BoundedPersistence({
        limits: options.limits ?? defaultPersistenceLimits,
        maySubscribe: (client, filter) => this.#subscribeRefusal(client, filter) === undefined,
        isConnected: (clientId) => this.#connected.has(clientId),
        dropped: (messages) => this.#count('droppedMessages', messages),
      }),
      preConnect: (client, packet, done) => {
        if (packet.protocolVersion === 5) this.#refuseVersion(client);
        done(null, true);
      },
      authenticate: (client, username, password, done) => {
        void this.#authenticate(client, username, password).then((refusal) => {
          if (refusal === undefined) return done(null, true);
          done(Object.assign(new Error(refusal.reason), { returnCode: returnCodes[refusal.code] }), null);
        });
      },
      authorizePublish: (client, packet, done) => {
        this.#authorizePublish(client, packet);
        done(null);
      },
      authorizeSubscribe: (client, subscription, done) => {
        done(null, this.#authorizeSubscribe(client, subscription.topic) ? subscription : null);
      },
      // Whatever way a message takes to a client, it passes here.
      authorizeForward: (client, packet) => (this.#mayForward(client, packet) ? packet : null),
    });
    this.#watch();
  }

  static async start(options: BrokerOptions): Promise<Broker> {
    const broker = new Broker(options);
    await broker.#aedes.listen();
    return broker;
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
      this.#handle(createWebSocketStream(webSocket, { highWaterMark: sendBufferBytes }), request);
    });
  }

  get connectedClients(): number {
    return this.#aedes.connectedClients;
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
  }

  #endSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#listeners.endSockets();
  }

  #watch(): void {
    const aedes = this.#aedes;
    aedes.on('client', ({ id }) => {
      this.#connected.add(id);
      this.#count('connects');
    });
    aedes.on('clientDisconnect', ({ id }) => this.#connected.delete(id));
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
    const gate = new PacketSizeGate(maxPacketBytes);
    // Aedes reads on 'readable', so this sees each chunk as it is read, and does not set the stream flowing.
    stream.on('data', (chunk: Buffer) => {
      if (stream.destroyed || gate.pass(chunk)) return;
      this.#count('oversizedPackets');
      this.#logEnd(client, `connection ended: a packet announced more than ${maxPacketBytes} bytes`);
      stream.destroy();
    });
  }

  async #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<AuthenticationRefusal | undefined> {
    const attempt = {
      clientId: client.id,
      username,
      password: password?.toString('utf8'),
      request: client.req,
    };
    try {
      const result = await this.#options.authenticate(attempt);
      if (result.ok) {
        this.#visitors.set(client, new Visitor(result.principal, this.#options.access));
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

  #refuseVersion(client: Client): void {
    this.#count('refusedConnects');
    // Aedes answers with return code 1: unacceptable protocol version.
    this.#log('warn', client, 'connection refused: it speaks MQTT 5, and this broker speaks MQTT 3.1.1');
  }

  /** Lets the packet pass, or turns it into one that reaches nobody and is acknowledged all the same. */
  #authorizePublish(client: Client | null, packet: PublishPacket): void {
    const reason = this.#publishRefusal(client, packet);
    if (reason === undefined) {
      this.#count('published');
      if (packet.retain) packet.retain = mayRetain(packet.topic);
      return;
    }
    if (client !== null) {
      this.#log('warn', client, `publish to ${packet.topic.slice(0, maxTopicChars)} refused: ${reason}`);
    }
    packet.topic = refusedTopic;
    packet.payload = Buffer.alloc(0);
    packet.retain = false;
  }

  #publishRefusal(client: Client | null, { topic, payload }: PublishPacket): string | undefined {
    const visitor = client === null ? undefined : this.#visitors.get(client);
    // Payloads of the wire are bytes.
    if (payload.length > limits.envelopeBytes) {
      this.#count('oversizedPublishes');
      return `larger than ${limits.envelopeBytes} bytes`;
    }
    const reason = visitor === undefined ? unknownClient : visitor.publishRefusal(topic);
    if (reason !== undefined) this.#count('refusedPublishes');
    return reason;
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

  #subscribeRefusal(client: Client, filter: string): string | undefined {
    const visitor = this.#visitors.get(client);
    return visitor === undefined ? unknownClient : visitor.subscribeRefusal(filter);
  }

  /** Whether this message goes on to this client, whatever way it came. */
  #mayForward(client: Client, { topic, qos }: PublishPacket): boolean {
    const visitor = this.#visitors.get(client);
    if (visitor === undefined || !visitor.mayRead(topic)) return false;
    const delivery = visitor.delivery(qos, client.conn.writableNeedDrain);
    if (delivery === 'miss') this.#count('droppedMessages');
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

const unknownClient = 'unknown client';
