/** The embedded broker as the bus of monitoring: what its clients and other nodes publish, without a connection of its own. */
import type { HeardPublish, NodeClient } from '@bothy/broker';
import type { BusMessage, BusOrigin, BusPublish, TelemetryBus } from '@bothy/telemetry/drivers/mqtt';
import { topicMatches } from '@bothy/telemetry/drivers/mqtt/topic-filter';

type Handler = (message: BusMessage) => void;

export class BrokerBus implements TelemetryBus {
  readonly connected = true;
  readonly #broker: NodeClient;
  /** By the first level of their filters: most messages concern nobody here. */
  readonly #handlers = new Map<string, { readonly filter: string; readonly handler: Handler }[]>();
  #end: (() => void) | undefined;
  #stopped = false;

  constructor(broker: NodeClient) {
    this.#broker = broker;
  }

  /** `failed` hears that retained messages could not be read, which only a broken program brings about. */
  subscribe(filter: string, handler: Handler): void {
    const root = isOpen(filter) ? openRoot : rootOf(filter);
    const handlers = this.#handlers.get(root) ?? [];
    this.#handlers.set(root, handlers);
    handlers.push({ filter, handler });
    this.#end ??= this.#broker.hear((heard) => this.#heard(heard));
    void this.#broker.retained(filter).then((messages) => {
      if (this.#stopped) return;
      for (const { topic, payload } of messages) handler({ topic, payload, retained: true, from: undefined });
    });
  }

  async publish(topic: string, payload: Uint8Array | string, options: BusPublish): Promise<void> {
    await this.#broker.publish(topic, payload, options);
  }

  onConnect(listener: () => void): void {
    listener();
  }

  /** It ends with the node. */
  onDisconnect(): void {}

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#end?.();
    this.#handlers.clear();
  }

  #heard({ topic, payload, from }: HeardPublish): void {
    const message: BusMessage = { topic, payload, retained: false, from: originOf(from) };
    for (const root of [rootOf(topic), openRoot]) {
      const handlers = this.#handlers.get(root);
      if (handlers === undefined) continue;
      for (const { filter, handler } of handlers) if (topicMatches(filter, topic)) handler(message);
    }
  }
}

/** Of filters that leave the first level open, as ESPHome's do. */
const openRoot = '+';

function isOpen(filter: string): boolean {
  return filter.startsWith('+') || filter.startsWith('#');
}

function rootOf(topic: string): string {
  const end = topic.indexOf('/');
  return end < 0 ? topic : topic.slice(0, end);
}

function originOf(from: HeardPublish['from']): BusOrigin | undefined {
  if (from.kind !== 'client') return undefined;
  const { client, principal } = from;
  return { client, local: true, ...(principal.kind === 'edge' ? { edge: principal.id } : {}) };
}
