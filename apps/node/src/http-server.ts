/** The node's HTTP side: web app, REST, health and metrics, and the upgrade to MQTT over WebSocket. */
import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { join, relative, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import type { NodeBroker, TlsCredentials } from '@bothy/broker';
import { BothyError } from '@bothy/wire';
import fastifyStatic from '@fastify/static';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
} from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ListenAddress } from './config.ts';
import { utf8Of } from './http-body.ts';
import { answerBrokenRequest, errorOf, statusOf } from './http-errors.ts';
import type { RequestGuard } from './request-guard.ts';

export interface HttpServerOptions {
  readonly broker: NodeBroker;
  readonly guard: RequestGuard;
  readonly metrics: Registry;
  readonly log: Logger;
  /** Serves HTTPS and WSS with this certificate. @default plain HTTP */
  readonly tls?: TlsCredentials | undefined;
  /** Folder of the built web app; undefined serves none. */
  readonly webFolder: string | undefined;
  /** False while the node stops. */
  readonly ready: () => boolean;
  /** Adds the routes of `/api/v1`. */
  readonly api: (server: FastifyInstance) => void;
  /** What pages may connect to beside this node: sources of a content security policy. @default nothing */
  readonly allies?: () => readonly string[];
  /** Those of `/ws` and `/mqtt` among them; one more is closed at once. @default 30000 */
  readonly maxConnections?: number;
  /** Takes over WebSocket upgrades of `/ws`. @default there is no such address */
  readonly rooms?: Upgrader;
}

/** Takes over HTTP upgrades whose `Host` and `Origin` were checked. */
export interface Upgrader {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * Everything from this origin, nothing from elsewhere. `connect-src` names the
 * WebSocket addresses because `'self'` did not cover them in older browsers;
 * the host is one of ours, for the guard has let the request pass. `allies` are other nodes of the cluster.
 */
function contentSecurityPolicy(host: string, allies: readonly string[]): string {
  return [
    "default-src 'self'",
    [`connect-src 'self' ws://${host} wss://${host}`, ...allies].join(' '),
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'",
  ].join('; ');
}

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const preflightHeaders = {
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-max-age': '600',
};

/** Above what `/ws` takes, so that who looks after the node reaches it when that is full. */
const defaultMaxConnections = 30_000;

/** Who does not finish the TLS handshake by then is let go. */
const handshakeMs = 10_000;

/** Other protocols are offered to any server (`h2c` by Java's client and `curl --http2`); it may pass over the offer. */
function isWebSocket({ headers }: IncomingMessage): boolean {
  return /\bwebsocket\b/i.test(headers.upgrade ?? '');
}

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: FastifyInstance;
  #https: HttpsServer | undefined;
  readonly #sockets = new Set<Duplex>();
  readonly #hasWeb: boolean;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const { webFolder, tls } = options;
    this.#hasWeb = webFolder !== undefined && existsSync(join(webFolder, 'index.html'));
    // Without a `Host` there is none of ours, which the guard says.
    const protocol = { requireHostHeader: false, shouldUpgradeCallback: isWebSocket };
    const serverFactory: FastifyServerFactory = (handler) => {
      this.#https = createHttpsServer({ ...tls, ...protocol, handshakeTimeout: handshakeMs }, handler);
      return this.#https;
    };
    this.#server = fastify({
      bodyLimit: 64 * 1024,
      forceCloseConnections: true,
      ...(tls === undefined ? { http: protocol } : { serverFactory }),
      clientErrorHandler: ({ code }, socket) => answerBrokenRequest(code, socket),
      // Addresses that are malformed never reach a hook.
      frameworkErrors: (thrown, request, reply) => {
        this.#answer(this.#refusal(request) ?? errorOf(thrown), request, reply);
      },
    });
    this.#server.server.maxConnections = options.maxConnections ?? defaultMaxConnections;
    const parseJson = this.#server.getDefaultJsonParser('error', 'error');
    this.#server.removeAllContentTypeParsers();
    this.#server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
      const text = utf8Of(body);
      if (text === undefined) done(new BothyError('bad_request', 'The body is not UTF-8.'));
      // Many clients name JSON where they send nothing.
      else if (text === '') done(null, undefined);
      else parseJson(request, text, done);
    });
    this.#server.addHook('onRequest', async (request, reply) => {
      reply.headers(securityHeaders);
      const refusal = this.#refusal(request);
      if (refusal !== undefined) throw refusal;
      const { guard, allies } = this.#options;
      const policy = contentSecurityPolicy(request.headers.host ?? '', allies?.() ?? []);
      reply.header('content-security-policy', policy);
      const origin = guard.ally(request.headers);
      if (origin === undefined) return;
      reply.headers({ 'access-control-allow-origin': origin, vary: 'origin' });
      // Asked before a request that no form could make.
      if (request.method === 'OPTIONS') return reply.code(204).headers(preflightHeaders).send();
    });
    this.#server.setErrorHandler((thrown, request, reply) => this.#answer(errorOf(thrown), request, reply));
    this.#server.setNotFoundHandler((request, reply) => {
      if (this.#hasWeb && isNavigation(request)) {
        return reply.header('cache-control', 'no-cache').sendFile('index.html');
      }
      throw new BothyError('not_found', 'There is nothing at this address.');
    });
    this.#health();
    options.api(this.#server);
    this.#web();
    this.#upgrades();
  }

  /** Throws `address_in_use`. Returns the port. */
  async listen({ host, port }: ListenAddress): Promise<number> {
    try {
      await this.#server.listen({ host, port });
    } catch (thrown) {
      const { code, message } = thrown as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE') {
        const advice = 'Stop the program that uses the port, or choose another with --http.';
        throw new BothyError(
          'address_in_use',
          `The web app cannot listen on ${host}:${port}: the port is in use. ${advice}`,
        );
      }
      throw new BothyError(
        'configuration_invalid',
        `The web app cannot listen on ${host}:${port}: ${message}.`,
      );
    }
    const address = this.#server.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** New connections see this certificate from now on. */
  useCertificate(tls: TlsCredentials): void {
    this.#https?.setSecureContext(tls);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.#server.close();
  }

  #refusal({ headers, url }: FastifyRequest): BothyError | undefined {
    const sentence = this.#options.guard.check(headers, url.split('?')[0]);
    return sentence === undefined ? undefined : new BothyError('origin_refused', sentence);
  }

  #answer(error: BothyError, request: FastifyRequest, reply: FastifyReply): void {
    // The pattern where there is one: an address may hold the secret of a webhook.
    const path = (request.routeOptions.url ?? request.url).slice(0, 200);
    const fields = { method: request.method, path, code: error.code };
    if (error.code === 'internal') this.#options.log.error({ ...fields, err: error.cause }, error.message);
    if (error.code === 'origin_refused') this.#options.log.warn(fields, error.message);
    reply
      .code(statusOf[error.code] ?? 500)
      .headers(securityHeaders)
      .send(error.toJSON());
  }

  #health(): void {
    this.#server.get('/healthz', async () => ({ ok: true }));
    this.#server.get('/readyz', async (_request, reply) => {
      const ready = this.#options.ready();
      return reply.code(ready ? 200 : 503).send({ ok: ready });
    });
    this.#server.get('/metrics', async (_request, reply) => {
      const { metrics } = this.#options;
      return reply.type(metrics.contentType).send(await metrics.metrics());
    });
  }

  #web(): void {
    const { webFolder } = this.#options;
    if (webFolder === undefined || !this.#hasWeb) return;
    this.#server.register(fastifyStatic, {
      root: webFolder,
      setHeaders: (reply, path) => {
        // Names of built assets hold the hash of their content; everything else may change.
        const hashed = relative(webFolder, path).startsWith(`assets${sep}`);
        reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }

  #upgrades(): void {
    // Until the handshake is done only the server knows the connection, and a stop must end it too.
    this.#https?.on('connection', (socket: Duplex) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.server.on('upgrade', (request, socket, head) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      const path = request.url?.split('?')[0];
      const refusal = this.#options.guard.check(request.headers, path);
      if (refusal !== undefined) {
        this.#options.log.warn({ path: path?.slice(0, 200), code: 'origin_refused' }, refusal);
        return refuseUpgrade(socket, '403 Forbidden', refusal);
      }
      const { broker, rooms } = this.#options;
      const upgrader = path === '/mqtt' ? broker : path === '/ws' ? rooms : undefined;
      if (upgrader === undefined)
        return refuseUpgrade(socket, '404 Not Found', 'There is no WebSocket at this address.');
      upgrader.upgrade(request, socket, head);
    });
  }
}

/** A page that somebody opens by its address; a missing file or route is not answered with a page. */
function isNavigation({ method, url, headers }: FastifyRequest): boolean {
  const isPage = method === 'GET' && (headers.accept ?? '').includes('text/html');
  return isPage && !/^\/(api|assets|mqtt|ws)(\/|\?|$)/.test(url);
}

function refuseUpgrade(socket: Duplex, status: string, sentence: string): void {
  const length = Buffer.byteLength(sentence);
  // Whoever does not hang up is hung up on.
  socket.once('finish', () => socket.destroy());
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${length}`;
  socket.end(`${head}\r\n\r\n${sentence}`);
}
