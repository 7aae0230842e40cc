/**
 * Monitoring at a node, from its start: it listens, and wakes with the first thing that is heard or asked. Until then
 * it takes no memory worth speaking of, for not every node has sensors.
 */
import type { SocketExtension } from '@bothy/rooms/drivers/websocket';
import type { FullSubscription, NodeInput } from '@bothy/telemetry/core';
import { parseTelemetrySubscription } from '@bothy/wire/schemas';
import type { TelemetryHost } from './telemetry-host.ts';

/** What is heard while it wakes. */
const mostWaiting = 10_000;
/** From a start that failed until what is heard tries anew; a question does so at once. */
const retryMs = 10_000;

export class TelemetryDesk {
  readonly extension: SocketExtension;
  readonly #open: () => Promise<TelemetryHost>;
  readonly #failed: (thrown: unknown) => void;
  readonly #monoMs: () => number;
  #opening: Promise<TelemetryHost> | undefined;
  #host: TelemetryHost | undefined;
  #waiting: NodeInput[] = [];
  #lost = 0;
  #failedMs = Number.NEGATIVE_INFINITY;
  #broken = false;
  #stopped = false;

  /** `failed` hears why it could not wake. */
  constructor(
    open: () => Promise<TelemetryHost>,
    failed: (thrown: unknown) => void,
    monoMs: () => number = () => performance.now(),
  ) {
    this.#open = open;
    this.#failed = failed;
    this.#monoMs = monoMs;
    this.extension = {
      methods: [
        {
          method: 'telemetry.subscribe',
          parse: parseTelemetrySubscription,
          call: async ({ id }, params) => {
            const host = await this.host();
            return { snapshot: host.desk.subscribe(id, params as FullSubscription) };
          },
        },
      ],
      sessionClosed: ({ id }) => this.#host?.desk.ended(id),
    };
  }

  /** Awake; undefined while nothing was heard and asked. */
  get awake(): TelemetryHost | undefined {
    return this.#host;
  }

  /** True unless its store cannot be used. */
  get ready(): boolean {
    return !this.#broken && (this.#host?.ready ?? true);
  }

  /** Inputs that were lost before it was awake. */
  get lost(): number {
    return this.#lost;
  }

  /** Wakes it. Throws what opening its store throws. */
  async host(): Promise<TelemetryHost> {
    if (this.#host !== undefined) return this.#host;
    this.#opening ??= this.#wake();
    try {
      return await this.#opening;
    } catch (thrown) {
      this.#opening = undefined;
      this.#broken = true;
      this.#failedMs = this.#monoMs();
      throw thrown;
    }
  }

  input(input: NodeInput): void {
    if (this.#host !== undefined) return this.#host.input(input);
    if (this.#stopped) return;
    if (this.#waiting.length < mostWaiting) this.#waiting.push(input);
    else this.#lost += 1;
    if (this.#opening === undefined && this.#monoMs() >= this.#failedMs + retryMs)
      this.host().catch((thrown: unknown) => this.#failed(thrown));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting = [];
    const host = await this.#opening?.catch(() => undefined);
    await host?.stop();
  }

  async #wake(): Promise<TelemetryHost> {
    const host = await this.#open();
    this.#host = host;
    this.#broken = false;
    for (const input of this.#waiting.splice(0)) host.input(input);
    return host;
  }
}
