/**
 * The embedded MQTT broker: Aedes with Bothy's authentication and access rules.
 * A refused publish is acknowledged, dropped, counted and logged; closing the
 * connection would make a QoS 1 client send it again for ever (design, section 5).
 */

import type { IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type AccessContext, canPublish, canSubscribe, type Principal } from '@bothy/identity';
import { BothyError, limits } from '@bothy/wire';
import { Aedes, type Client, type PublishPacket } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Authenticate, AuthenticationRefusal } from './authentication.ts';

export interface BrokerOptions {
  readonly authenticate: Authenticate;
  /** Which edges are enrolled, for the access rules. @default none */
  readonly access?: AccessContext;
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
  oversizedPublishes: number;
}

/** Where refused publishes go: a topic that the access rules let nobody subscribe to. */
const refusedTopic = '$refused';

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
  };
  readonly #options: BrokerOptions;
  readonly #aedes: Aedes;
  readonly #principals = new WeakMap<Client, Principal>();
  readonly #sockets = new Set<Duplex>();
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // A frame may hold several packets; a client that sends more at once is cut off.
    maxPayload: 4 * limits.envelopeBytes,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  readonly #servers: Server[] = [];

  private constructor(options: BrokerOptions, aedes: Aedes) {
    this.#options = options;
    this.#aedes = aedes;
    aedes.on('client', () => this.#count('connects'));
    aedes.on('publish', (_packet, client) => {
      if (client !== null) this.#count('published');
    });
    aedes.on('clientError', (client, error) => this.#log('warn', client, error.message));
    aedes.on('connectionError', (client, error) => this.#log('warn', client, error.message));
  }

  static async start(options: BrokerOptions): Promise<Broker> {
    let broker: Broker | undefined;
    const started = (): Broker => {
      if (broker === undefined)
        throw new Error('invariant: no client is served before the broker has started');
      return broker;
    };
    const aedes = await Aedes.createBroker({
      // `<person>/<device>` is 49 characters.
      maxClientsIdLength: 64,
      connectTimeout: 10_000,
      maxTopicLevels: 16,
      authenticate: (client, username, password, done) => {
        started()
          .#authenticate(client, username, password)
          .then((refusal) => {
            if (refusal === undefined) return done(null, true);
            done(Object.assign(new Error(refusal.reason), { returnCode: returnCodes[refusal.code] }), null);
          });
      },
      authorizePublish: (client, packet, done) => {
        started().#authorizePublish(client, packet);
        done(null);
      },
      authorizeSubscribe: (client, subscription, done) => {
        done(null, started().#maySubscribe(client, subscription.topic) ? subscription : null);
      },
    });
    broker = new Broker(options, aedes);
    return broker;
  }

  /** Listens for MQTT over TCP; port 0 takes any. Throws `address_in_use`. Returns the port. */
  async listen(host: string, port: number): Promise<number> {
    const server = createServer((socket) => this.#handle(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
      server.listen(port, host, resolve);
    });
    this.#servers.push(server);
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Takes over an HTTP upgrade to MQTT over WebSocket. The caller has checked origin and host. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#handle(createWebSocketStream(webSocket), request);
    });
  }

  get connectedClients(): number {
    return this.#aedes.connectedClients;
  }

  /** Closes every connection and listener; last wills are published to those that are left. */
  async stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
    this.#webSockets.close();
  }

  #handle(stream: Duplex | Socket, request?: IncomingMessage): void {
    this.#sockets.add(stream);
    stream.on('close', () => this.#sockets.delete(stream));
    // A connection that breaks is the client's affair; Aedes hears of it as well.
    stream.on('error', () => {});
    this.#aedes.handle(stream, request);
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
        this.#principals.set(client, result.principal);
        return undefined;
      }
      this.#count('refusedConnects');
      this.#log('warn', client, `connection refused: ${result.reason}`);
      return result;
    } catch (thrown) {
      this.#log('warn', client, `connection refused: ${BothyError.from(thrown).message}`);
      return { ok: false, code: 'notAuthorized', reason: 'the node could not check who you are' };
    }
  }

  /** Lets the packet pass, or turns it into one that reaches nobody and is acknowledged all the same. */
  #authorizePublish(client: Client | null, packet: PublishPacket): void {
    // Without a client it is the broker's own, or a last will that was authorised when it was set.
    const who = client === null ? undefined : this.#principals.get(client);
    if (client === null || who === undefined) return;
    const access = canPublish(who, packet.topic, this.#options.access);
    const tooLarge = packet.payload.length > limits.envelopeBytes;
    if (access.allowed && !tooLarge) return;
    this.#count(tooLarge ? 'oversizedPublishes' : 'refusedPublishes');
    const reason = access.allowed ? `larger than ${limits.envelopeBytes} bytes` : access.reason;
    this.#log('warn', client, `publish to ${packet.topic.slice(0, 200)} refused: ${reason}`);
    packet.topic = refusedTopic;
    packet.payload = Buffer.alloc(0);
    packet.retain = false;
  }

  #maySubscribe(client: Client, filter: string): boolean {
    const who = this.#principals.get(client);
    const access = who === undefined ? undefined : canSubscribe(who, filter);
    if (access?.allowed === true) return true;
    this.#count('refusedSubscribes');
    this.#log(
      'warn',
      client,
      `subscription to ${filter.slice(0, 200)} refused: ${access?.reason ?? 'unknown client'}`,
    );
    return false;
  }

  #count(name: keyof BrokerCounts): void {
    this.counts[name] += 1;
  }

  #log(level: 'info' | 'warn', client: Client, sentence: string): void {
    this.#options.log?.[level]({ client: client.id }, sentence);
  }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): BothyError {
  const what = `MQTT cannot listen on ${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    const advice = 'Stop the program that uses the port, or choose another with --mqtt.';
    return new BothyError('address_in_use', `${what}: the port is in use. ${advice}`, { cause: error });
  }
  return new BothyError('configuration_invalid', `${what}: ${error.message}. Choose another with --mqtt.`, {
    cause: error,
  });
}
