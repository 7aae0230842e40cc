/** A broker that cannot be trusted: it reads, changes, redirects and repeats what it should carry. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';

export interface Carried {
  topic: string;
  payload: string;
}

export interface HostileBroker {
  readonly url: string;
  /** Everything that was given to it, as it was given. */
  readonly carried: readonly Carried[];
  /** What it makes of each message from now on; it may be any number of messages. */
  tamper: (message: Carried) => readonly Carried[];
  /** Publishes something of its own. */
  inject(message: Carried): Promise<void>;
  stop(): Promise<void>;
}

export const honest: HostileBroker['tamper'] = (message) => [message];

const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript' };

/** Listens on loopback, and serves the pages of `folder` from the same origin. */
export async function startHostileBroker(folder: string): Promise<HostileBroker> {
  const aedes = await Aedes.createBroker({
    authorizePublish: (client, packet, done) => {
      const message = { topic: packet.topic, payload: packet.payload.toString() };
      if (client !== null && packet.topic.startsWith('user/')) {
        carried.push(message);
        const [first, ...more] = broker.tamper({ ...message });
        packet.topic = first?.topic ?? 'nobody';
        packet.payload = Buffer.from(first?.payload ?? '');
        for (const each of more) void broker.inject(each);
      }
      done(null);
    },
  });
  const carried: Carried[] = [];
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    const type = types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    readFile(join(folder, path)).then(
      (content) => response.writeHead(200, { 'content-type': type }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  const sockets = new WebSocketServer({ server, path: '/mqtt', perMessageDeflate: false });
  sockets.on('connection', (socket, request) => aedes.handle(createWebSocketStream(socket), request));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const broker: HostileBroker = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    carried,
    tamper: honest,
    inject: ({ topic, payload }) =>
      new Promise((resolve, reject) => {
        const packet = { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false } as const;
        aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
      }),
    stop: async () => {
      await new Promise<void>((resolve) => aedes.close(resolve));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return broker;
}
