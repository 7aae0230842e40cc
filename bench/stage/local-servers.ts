/** What introduces the contestants, all on this machine: a plain MQTT broker and PeerJS's own server. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import { PeerServer } from 'peer';
import { createWebSocketStream, WebSocketServer } from 'ws';

export interface SignallingServer {
  readonly port: number;
  readonly url: string;
  /** Messages that clients gave it to pass on so far. */
  messages(): number;
  stop(): Promise<void>;
}

/**
 * Aedes as it comes, without access rules: Trystero's topics are hashes, which
 * a node of ours takes from nobody.
 */
export async function startPlainBroker(): Promise<SignallingServer> {
  const broker = await Aedes.createBroker();
  let messages = 0;
  broker.on('publish', (_packet, client) => {
    if (client !== null) messages += 1;
  });
  const server = createServer();
  const sockets = new WebSocketServer({ server, path: '/mqtt', perMessageDeflate: false });
  sockets.on('connection', (socket, request) => broker.handle(createWebSocketStream(socket), request));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  return {
    port,
    url: `ws://127.0.0.1:${port}/mqtt`,
    messages: () => messages,
    stop: async () => {
      await new Promise<void>((resolve) => broker.close(resolve));
      await close(server);
    },
  };
}

export async function startPeerServer(): Promise<SignallingServer> {
  let messages = 0;
  const listening = Promise.withResolvers<Server>();
  const events = PeerServer({ host: '127.0.0.1', port: 0, path: '/' }, listening.resolve);
  events.on('message', (_client, { type }) => {
    if (type !== 'HEARTBEAT') messages += 1;
  });
  const server = await listening.promise;
  const port = portOf(server);
  return { port, url: `http://127.0.0.1:${port}/`, messages: () => messages, stop: () => close(server) };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
