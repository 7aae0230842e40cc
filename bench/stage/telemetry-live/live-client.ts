/** What a dashboard is to a node: a WebSocket that follows sensors and alarms. Looks at a frame when it is parsed. */
import type { AlarmChanged, TelemetrySubscription, TelemetryTick } from '@bothy/wire';
import { WebSocket } from 'ws';

/** A node lets go of who is silent for half a minute. */
const signMs = 10_000;

interface Frame {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class LiveClient {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (frame: Frame) => void>();
  readonly #sign: NodeJS.Timeout;
  #calls = 0;
  /** `performance.now()` at the last tick, whatever was in it. */
  tickedMs = 0;
  onTick: (tick: TelemetryTick) => void = () => {};
  onAlarm: (changed: AlarmChanged) => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#take(JSON.parse(String(data)) as Frame));
    this.#sign = setInterval(() => void this.call('session.ping', {}), signMs);
  }

  /** Throws what the node refuses with. */
  static async follow(port: number, name: string, subscription: TelemetrySubscription): Promise<LiveClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, 'bothy.v1', { perMessageDeflate: false });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const client = new LiveClient(socket);
    await client.call('session.open', { name });
    await client.call('telemetry.subscribe', subscription);
    return client;
  }

  async call(method: string, params: object): Promise<unknown> {
    this.#calls += 1;
    const id = this.#calls;
    const answer = new Promise<Frame>((resolve) => this.#answers.set(id, resolve));
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  stop(): void {
    clearInterval(this.#sign);
    this.#socket.terminate();
  }

  #take(frame: Frame): void {
    if (frame.method === 'telemetry.tick') {
      this.tickedMs = performance.now();
      this.onTick(frame.params as TelemetryTick);
    } else if (frame.method === 'alarm.changed') this.onAlarm(frame.params as AlarmChanged);
    else if (frame.id !== undefined) {
      this.#answers.get(frame.id)?.(frame);
      this.#answers.delete(frame.id);
    }
  }
}
