/** Where MQTT clients connect: over TCP, or over TLS with a certificate that may be exchanged while it listens. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { listenError } from './listen-error.ts';

/** A certificate and its key, PEM. */
export interface TlsCredentials {
  readonly cert: string;
  readonly key: string;
}

export interface ListenersOptions {
  /** Of each connection, in bytes. */
  readonly highWaterMark: number;
  /** Takes a connection that is ready for MQTT. */
  readonly handle: (stream: Socket) => void;
}

/** A client that does not finish its TLS handshake is no client. */
const handshakeMs = 10_000;

export class Listeners {
  readonly #options: ListenersOptions;
  readonly #servers: Server[] = [];
  readonly #tlsServers: TlsServer[] = [];
  /** Below the TLS of those above: until the handshake is done only their server knows them. */
  readonly #sockets = new Set<Duplex>();

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /** Port 0 takes any. Throws `address_in_use`. Returns the port. */
  async listen(host: string, port: number, tls: TlsCredentials | undefined): Promise<number> {
    const { highWaterMark, handle } = this.#options;
    // Acknowledgements are small and waited for, and a machine that fell asleep says no goodbye.
    const options = { noDelay: true, keepAlive: true, highWaterMark };
    const server = tls === undefined ? createServer(options, handle) : this.#tls({ ...options, ...tls });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
      server.listen(port, host, resolve);
    });
    this.#servers.push(server);
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** New TLS connections see this certificate from now on. */
  useCertificate(tls: TlsCredentials): void {
    for (const server of this.#tlsServers) server.setSecureContext(tls);
  }

  /** Takes no new connections; resolves when the last one has ended. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))),
    );
  }

  /** Ends what is left below TLS. */
  endSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #tls(options: Parameters<typeof createTlsServer>[0]): TlsServer {
    const server = createTlsServer({ ...options, handshakeTimeout: handshakeMs }, this.#options.handle);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    // A handshake that fails is the client's affair: it does not trust the authority, or speaks no TLS.
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    this.#tlsServers.push(server);
    return server;
  }
}
