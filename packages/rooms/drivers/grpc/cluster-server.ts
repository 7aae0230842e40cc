/**
 * The listener for other nodes. The sockets are accepted here, and not by the gRPC library, so that strangers are
 * told apart before anything is read from them, and counted with a reason.
 */
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { BothyError, type ErrorCode } from '@bothy/wire';
import type { Server, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { ClusterCredentials } from './cluster-credentials.ts';
import { loadGrpc } from './grpc-library.ts';
import { clusterService, maxGrpcBytes } from './grpc-service.ts';
import { isLoopback } from './loopback.ts';

export interface ClusterServerOptions {
  readonly credentials: ClusterCredentials;
  readonly calls: UntypedServiceImplementation;
  readonly maxConnections: number;
  readonly handshakeTimeoutMs: number;
  readonly refused: (code: ErrorCode, message: string) => void;
}

export class ClusterServer {
  readonly #options: ClusterServerOptions;
  readonly #listener: NetServer;
  /** Made for the first caller. */
  #grpc: Promise<{ readonly server: Server; readonly inject: (socket: Socket) => void }> | undefined;
  /** By `address:port` of the other side, as calls name it. */
  readonly #sockets = new Map<string, Socket>();
  /** Those that have not shown a certificate of the cluster. */
  readonly #unproven = new Set<string>();
  #stopped = false;

  constructor(options: ClusterServerOptions) {
    this.#options = options;
    const { tls } = options.credentials;
    this.#listener = tls === null ? this.#plainListener() : this.#tlsListener(tls);
    this.#listener.maxConnections = options.maxConnections;
    this.#listener.on('drop', () => {
      options.refused('limit_reached', `More than ${options.maxConnections} connections of other nodes.`);
    });
  }

  /** The port. Throws `configuration_invalid` for a place that the credentials do not cover, and `address_in_use`. */
  async listen(host: string, port: number): Promise<number> {
    if (!this.#options.credentials.beyondLoopback && !isLoopback(host)) {
      const sentence = `Nodes on ${host} would be heard without any check: give the cluster a secret or certificates, or say --insecure.`;
      throw new BothyError('configuration_invalid', sentence);
    }
    const listener = this.#listener;
    await new Promise<void>((resolve, reject) => {
      listener.once('error', (error: NodeJS.ErrnoException) => {
        const code = error.code === 'EADDRINUSE' ? 'address_in_use' : 'configuration_invalid';
        const sentence = `Nothing can listen for other nodes on ${host}:${port} (${error.code ?? error.message}).`;
        reject(new BothyError(code, sentence, { cause: error }));
      });
      listener.listen(port, host.replace(/^\[(.*)\]$/, '$1'), resolve);
    });
    const address = listener.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Ends the connection that a call came by, whatever still waits on it. */
  disconnect(peer: string): void {
    this.#sockets.get(peer)?.destroy();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const closed = new Promise<void>((resolve) => this.#listener.close(() => resolve()));
    await this.#grpc?.then(({ server }) => server.forceShutdown());
    for (const socket of this.#sockets.values()) socket.destroy();
    await closed;
  }

  /** What the caller sends meanwhile waits in its socket: nobody reads it yet. */
  #inject(socket: Socket): void {
    this.#grpc ??= this.#make();
    void this.#grpc.then(({ inject }) => {
      if (this.#stopped || socket.destroyed) socket.destroy();
      else inject(socket);
    });
  }

  async #make(): Promise<{ readonly server: Server; readonly inject: (socket: Socket) => void }> {
    const { Server, ServerCredentials } = await loadGrpc();
    const server = new Server(serverOptions);
    server.addService(clusterService, this.#options.calls);
    const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
    return { server, inject: (socket) => injector.injectConnection(socket) };
  }

  #plainListener(): NetServer {
    return createServer((socket) => {
      this.#watch(socket);
      const { remoteAddress = '' } = socket;
      if (this.#options.credentials.beyondLoopback || isLoopback(remoteAddress)) return this.#inject(socket);
      this.#options.refused(
        'cluster_refused',
        `${remoteAddress} is another machine, and this cluster has no secret.`,
      );
      socket.destroy();
    });
  }

  #tlsListener(tls: NonNullable<ClusterCredentials['tls']>): NetServer {
    const { handshakeTimeoutMs: handshakeTimeout, refused } = this.#options;
    const listener = createTlsServer({
      ...tls,
      // Not rejected within TLS, but below, where there is a reason to give.
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['h2'],
      handshakeTimeout,
    });
    // Told when its socket has closed: only then, and only by it, is known who failed and that nothing came of it.
    listener.on('connection', (socket) => {
      const peer = this.#watch(socket);
      this.#unproven.add(peer);
      socket.on('close', () => {
        if (!this.#unproven.delete(peer) || this.#stopped) return;
        const sentence = 'does not belong to this cluster: it has another cluster secret, or none.';
        refused('cluster_refused', `${addressOf(peer)} ${sentence}`);
      });
    });
    listener.on('secureConnection', (socket: TLSSocket) => {
      socket.on('error', () => {});
      if (!socket.authorized) return void socket.destroy();
      this.#unproven.delete(peerOf(socket));
      this.#inject(socket);
    });
    listener.on('tlsClientError', (_, socket) => void socket.destroy());
    return listener;
  }

  #watch(socket: Socket): string {
    const peer = peerOf(socket);
    this.#sockets.set(peer, socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#sockets.get(peer) === socket) this.#sockets.delete(peer);
    });
    return peer;
  }
}

/** As the gRPC library names a peer. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}

function addressOf(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(':'));
}

/** What is half open and has no link, so that no heartbeat finds it, goes after this and half of it again. */
const keepaliveMs = 60_000;

const serverOptions = {
  'grpc.max_receive_message_length': maxGrpcBytes,
  'grpc.max_send_message_length': maxGrpcBytes,
  'grpc.keepalive_time_ms': keepaliveMs,
  'grpc.keepalive_timeout_ms': keepaliveMs / 2,
  // A pair of nodes needs a handful of streams.
  'grpc.max_concurrent_streams': 64,
};
