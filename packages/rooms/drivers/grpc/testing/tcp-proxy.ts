/** A proxy between two nodes, which can fall silent as a cut cable does. */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Its address on loopback, once it listens on any free port. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

export class TcpProxy {
  readonly #server = createServer();
  readonly #sockets: Socket[] = [];
  /** The first who came through it has closed the connection. */
  readonly letGo: Promise<void>;
  address = '';

  private constructor(target: string) {
    const [host = '', port = ''] = target.split(':');
    this.letGo = new Promise((resolve) => {
      this.#server.on('connection', (near) => {
        const far = connect(Number(port), host);
        for (const socket of [near, far]) socket.on('error', () => {});
        this.#sockets.push(near, far);
        near.pipe(far);
        far.pipe(near);
        near.on('close', resolve);
      });
    });
  }

  static async to(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.address = await listening(proxy.#server);
    return proxy;
  }

  /** Reads nothing any more, and closes nothing. */
  freeze(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /** Reads again, but passes nothing on; done once the target has closed the first connection. */
  async drain(): Promise<void> {
    const far = this.#sockets[1];
    if (far === undefined || far.destroyed) return;
    await new Promise<void>((resolve) => void far.on('close', () => resolve()).resume());
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
