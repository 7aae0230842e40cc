/**
 * A broker that runs elsewhere, in place of the embedded one (design, section 10). The node only carries bytes: what
 * a browser says over the node's `/mqtt` goes to it as it is. Its own passwords and access rules apply; who somebody
 * is, the signatures of envelopes say.
 */
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { CircuitBreaker, type CircuitCall } from '@bothy/protocols';
import { BothyError, limits } from '@bothy/wire';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { type BrokerCounts, noCounts } from './broker-options.ts';
import { noMailboxes } from './mailboxes.ts';

/** Longer than a slow network takes, shorter than a person waits for a start. */
const answerMs = 5_000;
/** A broker that hangs would keep a connection of every browser that tries, for as long as its timeout. */
const breaking = { failures: 5, openMs: 1_000, factor: 2, maxOpenMs: 15_000 } as const;
const unavailable = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\r\n';
/** What may wait unread for one client. */
const bufferBytes = 256 * 1024;

export interface OutsideBrokerOptions {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string;
  readonly log?: { warn(fields: Readonly<Record<string, unknown>>, sentence: string): void };
  /** Connections that browsers may have by this node. @default 10000 */
  readonly maxConnections?: number;
}

export class OutsideBroker {
  readonly counts: BrokerCounts = noCounts();
  /** One broker serves all nodes: there is nothing to bridge. */
  readonly bridge = undefined;
  /** The node is a client there as any other. */
  readonly node = undefined;
  readonly #options: OutsideBrokerOptions;
  readonly #address: BrokerAddress;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 4 * limits.envelopeBytes,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  readonly #connections = new Set<WebSocket>();
  readonly #breaker = new CircuitBreaker(breaking);

  private constructor(options: OutsideBrokerOptions, address: BrokerAddress) {
    this.#options = options;
    this.#address = address;
  }

  /** Throws `configuration_invalid` for a URL that is none, and `broker_unreachable` when nothing there speaks MQTT. */
  static async reach(options: OutsideBrokerOptions): Promise<OutsideBroker> {
    const address = parseBrokerUrl(options.url);
    await greet(address);
    return new OutsideBroker(options, address);
  }

  get connectedClients(): number {
    return this.#connections.size;
  }

  /** Takes over an HTTP upgrade to MQTT over WebSocket. The caller has checked origin and host. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#connections.size >= (this.#options.maxConnections ?? 10_000)) {
      this.counts.refusedConnects += 1;
      return void socket.destroy();
    }
    const call = this.#breaker.begin(performance.now());
    if (call === undefined) {
      this.counts.refusedConnects += 1;
      return void socket.end(unavailable);
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#carry(webSocket, call));
  }

  /** Its listeners have certificates of their own. */
  useCertificate(): void {}

  /** Who is connected there is that broker's to end. */
  readonly mailboxes = noMailboxes;

  endConnections(): void {}

  endEdge(): void {}

  async stop(): Promise<void> {
    for (const webSocket of this.#connections) webSocket.terminate();
    this.#webSockets.close();
  }

  #carry(webSocket: WebSocket, call: CircuitCall): void {
    this.#connections.add(webSocket);
    this.counts.connects += 1;
    const stream = createWebSocketStream(webSocket, { highWaterMark: bufferBytes });
    const outside = open(this.#address);
    let isJudged = false;
    const judge = (isThere: boolean): void => {
      clearTimeout(late);
      if (!isJudged) this.#breaker.end(call, isThere, performance.now());
      isJudged = true;
    };
    const late = setTimeout(() => outside.destroy(new Error('it does not answer in time')), answerMs);
    outside.once(this.#address.tls ? 'secureConnect' : 'connect', () => judge(true));
    for (const event of ['error', 'close'] as const) outside.once(event, () => judge(false));
    const end = (error?: Error): void => {
      if (error !== undefined) this.#options.log?.warn({ broker: this.#options.url }, error.message);
      stream.destroy();
      outside.destroy();
      this.#connections.delete(webSocket);
    };
    stream.on('error', () => end());
    outside.on('error', end);
    stream.on('close', () => {
      // Who has gone away before it answered says nothing about it.
      clearTimeout(late);
      isJudged = true;
      end();
    });
    outside.on('close', () => end());
    stream.pipe(outside);
    outside.pipe(stream);
  }
}

interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly url: string;
}

/** Throws `configuration_invalid`. */
export function parseBrokerUrl(url: string): BrokerAddress {
  const { protocol, hostname, port, username, password, pathname } = URL.parse(url) ?? {};
  const isWhole = hostname !== undefined && hostname !== '' && (pathname === '' || pathname === '/');
  const isPlain = username === '' && password === '';
  if ((protocol !== 'mqtt:' && protocol !== 'mqtts:') || !isWhole || !isPlain) {
    const wanted = 'mqtt://host:port, or mqtts://host:port for TLS, without a user';
    throw new BothyError('configuration_invalid', `--broker is "${url.slice(0, 80)}"; it must be ${wanted}.`);
  }
  const tls = protocol === 'mqtts:';
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || (tls ? 8883 : 1883)), tls, url };
}

function open({ host, port, tls }: BrokerAddress): Socket {
  const socket = tls ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
  return socket.setNoDelay(true);
}

/** CONNECT of MQTT 3.1.1 with a clean session and no credentials; any CONNACK shows that it speaks MQTT. */
const connectPacket = Buffer.from([
  ...[0x10, 18, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 10],
  ...[0, 6, ...Buffer.from('bothy?')],
]);
const connackType = 2;

function greet(address: BrokerAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = open(address);
    const fail = (why: string, cause?: unknown): void => {
      socket.destroy();
      const advice = 'Start it, or correct --broker.';
      const sentence = `The MQTT broker at ${address.url} ${why}. ${advice}`;
      reject(new BothyError('broker_unreachable', sentence, { cause }));
    };
    socket.setTimeout(answerMs, () => fail('does not answer'));
    socket.once('error', (error: NodeJS.ErrnoException) => fail(`cannot be reached (${error.code})`, error));
    socket.once('close', () => fail('hangs up'));
    socket.once(address.tls ? 'secureConnect' : 'connect', () => socket.write(connectPacket));
    socket.once('data', (data) => {
      if ((data[0] ?? 0) >> 4 !== connackType) return fail('does not speak MQTT');
      resolve();
      socket.destroy();
    });
  });
}
