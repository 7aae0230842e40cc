/**
 * What the broker says of itself, retained below `$SYS/broker/`, under the names that Mosquitto uses (mosquitto(8),
 * "Broker status"), so that dashboards and health checks that were made for it work.
 */
import type { BrokerCounts } from './broker-options.ts';
import type { NodeClient } from './node-client.ts';

export interface StatisticsPlace {
  readonly node: NodeClient;
  readonly counts: Readonly<BrokerCounts>;
  readonly version: string;
  readonly connected: () => number;
  /** Sessions of clients that are away, and topics with a retained message. */
  readonly kept: () => { readonly away: number; readonly retained: number };
  readonly monoMs: () => number;
}

/** Mosquitto's default `sys_interval`. */
const everyMs = 10_000;

export class BrokerStatistics {
  readonly #place: StatisticsPlace;
  readonly #startedMs: number;
  readonly #said = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #mostConnected = 0;

  /** Undefined without a version: then none are said. */
  static of(
    version: string | undefined,
    place: Omit<StatisticsPlace, 'version'>,
  ): BrokerStatistics | undefined {
    return version === undefined ? undefined : new BrokerStatistics({ ...place, version });
  }

  constructor(place: StatisticsPlace) {
    this.#place = place;
    this.#startedMs = place.monoMs();
  }

  start(): void {
    void this.say();
    this.#timer = setInterval(() => void this.say(), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What did not change since is not said again; `uptime` always does. */
  async say(): Promise<void> {
    for (const [name, value] of Object.entries(this.#figures())) {
      const text = String(value);
      if (this.#said.get(name) === text) continue;
      this.#said.set(name, text);
      // Of one that is stopping nobody asks.
      await this.#place.node.publish(`$SYS/broker/${name}`, text, { qos: 0, retain: true }).catch(() => {});
    }
  }

  #figures(): Readonly<Record<string, string | number>> {
    const { counts, version, connected, kept, monoMs } = this.#place;
    const now = connected();
    const { away, retained } = kept();
    this.#mostConnected = Math.max(this.#mostConnected, now);
    const uptime = Math.round((monoMs() - this.#startedMs) / 1_000);
    return {
      version: `bothy ${version}`,
      uptime: `${uptime} seconds`,
      'clients/connected': now,
      'clients/disconnected': away,
      'clients/total': now + away,
      'clients/maximum': this.#mostConnected,
      'clients/expired': counts.expiredSessions,
      'messages/received': counts.receivedPackets,
      'publish/messages/received': counts.published,
      'publish/messages/sent': counts.forwarded,
      'publish/messages/dropped': counts.droppedMessages,
      'bytes/received': counts.receivedBytes,
      'retained messages/count': retained,
    };
  }
}
