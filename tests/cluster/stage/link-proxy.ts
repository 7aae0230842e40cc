/**
 * The network from one node to another: what the first one dials. As cables do, it can break with everything noticing
 * (`cut`), swallow what goes one way or both ways with nobody noticing (`hold`), or be slow.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** `there`: from who dialled; `back`: to who dialled. */
export type Way = 'there' | 'back';

interface Pair {
  readonly near: Socket;
  far: Socket | undefined;
}

export class LinkProxy {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #pairs = new Set<Pair>();
  readonly #held = new Set<Way>();
  #isCut = false;
  #delayMs = 0;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer({ allowHalfOpen: false, pauseOnConnect: true }, (near) => this.#accept(near));
  }

  static async open(targetPort: number): Promise<LinkProxy> {
    const proxy = new LinkProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections break, and new ones are refused. */
  cut(): void {
    this.#isCut = true;
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far?.resetAndDestroy();
    }
  }

  /**
   * What goes this way arrives no more. After `heal` it does, as TCP sends again what was lost; a new connection
   * does not come about, for its greeting or the answer is lost.
   */
  hold(way: Way): void {
    this.#held.add(way);
    for (const pair of this.#pairs) this.#flow(pair);
  }

  release(way: Way): void {
    this.#held.delete(way);
    for (const pair of this.#pairs) this.#flow(pair);
  }

  heal(): void {
    this.#isCut = false;
    this.#delayMs = 0;
    this.#held.clear();
    for (const pair of this.#pairs) this.#flow(pair);
  }

  /** Every piece takes so long, each way. */
  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #accept(near: Socket): void {
    const pair: Pair = { near, far: undefined };
    near.on('error', () => {});
    if (this.#isCut) return void near.resetAndDestroy();
    this.#pairs.add(pair);
    near.on('data', (bytes) => this.#pass(() => pair.far?.write(bytes)));
    near.on('close', () => this.#closed(pair, 'there'));
    this.#flow(pair);
  }

  #flow(pair: Pair): void {
    const { near } = pair;
    if (pair.far === undefined) {
      if (this.#held.size > 0 || near.destroyed) return;
      pair.far = this.#dial(pair);
    }
    flow(near, this.#held.has('there'));
    flow(pair.far, this.#held.has('back'));
    if (near.destroyed) this.#closed(pair, 'there');
    if (pair.far.destroyed) this.#closed(pair, 'back');
  }

  #dial(pair: Pair): Socket {
    const far = connect(this.#targetPort, '127.0.0.1');
    far.on('error', () => {});
    far.on('data', (bytes) => this.#pass(() => pair.near.write(bytes)));
    far.on('close', () => this.#closed(pair, 'back'));
    return far;
  }

  /** The other side hears of an end unless that way is held. */
  #closed(pair: Pair, way: Way): void {
    if (this.#held.has(way)) return;
    this.#pass(() => {
      pair.near.destroy();
      pair.far?.destroy();
      this.#pairs.delete(pair);
    });
  }

  #pass(step: () => void): void {
    if (this.#delayMs === 0) step();
    else setTimeout(step, this.#delayMs);
  }
}

function flow(socket: Socket, isHeld: boolean): void {
  if (isHeld) socket.pause();
  else socket.resume();
}
