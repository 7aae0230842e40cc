/**
 * The bus as an MQTT client: of an edge, and of a node at an outside broker.
 *
 *   connecting ──opened──▶ connected ──closed──▶ waiting ──backoff──▶ connecting …
 *
 * Every attempt is a new connection; what was not acknowledged when one ends is rejected, and whoever published it
 * decides whether to say it again.
 */
import { ExponentialBackoff, type Random } from '@bothy/protocols';
import type { TimerHandle, Timers } from '@bothy/runtime';
import { BothyError } from '@bothy/wire';
import mqtt from 'mqtt';
import './number-cache.ts';
import { MqttLink } from './mqtt-link.ts';
import { PublishWindow } from './publish-window.ts';
import type { BusMessage, BusPublish, TelemetryBus } from './telemetry-bus.ts';
import { topicMatches } from './topic-filter.ts';

export interface MqttBusOptions {
  /** `mqtt://host:port`, `mqtts://`, `ws://` or `wss://`. */
  readonly url: string;
  /** One client has it at a time: a second one throws the first out. */
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM of the authority that the broker's certificate comes from. @default those of this machine */
  readonly ca?: string | undefined;
  /** Published by the broker, retained, when we vanish. */
  readonly will?: { readonly topic: string; readonly payload: string };
  readonly timers: Timers;
  /** Spreads the reconnects of many. */
  readonly random: Random;
  readonly log?: MqttBusLog;
  /** Messages that are not acknowledged yet. @default 64: two round trips at a slow broker, and bounded memory there. */
  readonly maxInFlight?: number;
  /** Messages that wait for that. @default 2_048 */
  readonly maxWaiting?: number;
  /** Silence after which the broker is asked whether it is there. @default 20 */
  readonly keepaliveSeconds?: number;
  /** The first wait before a new attempt, and the longest. @default 500 and 30_000 */
  readonly firstRetryMs?: number;
  readonly longestRetryMs?: number;
}

export interface MqttBusLog {
  info(fields: Readonly<Record<string, unknown>>, sentence: string): void;
  warn(fields: Readonly<Record<string, unknown>>, sentence: string): void;
}

/** A connection that lasts so long is a good one. */
const steadyMs = 5_000;

interface Subscription {
  readonly filter: string;
  readonly handler: (message: BusMessage) => void;
}

export class MqttBus implements TelemetryBus {
  readonly #options: MqttBusOptions;
  readonly #backoff: ExponentialBackoff;
  readonly #window: PublishWindow;
  readonly #subscriptions: Subscription[] = [];
  readonly #connectListeners: (() => void)[] = [];
  readonly #disconnectListeners: (() => void)[] = [];
  #link: MqttLink | undefined;
  #retry: TimerHandle | undefined;
  #steady: TimerHandle | undefined;
  #wasOpen = false;
  #stopped = false;
  /** The code in the log since the last connection: a broker that is away for a day is said once. */
  #said: string | undefined;

  /** Throws `configuration_invalid` for a URL that is no broker's. */
  constructor(options: MqttBusOptions) {
    checkBrokerUrl(options.url);
    const { random, firstRetryMs: baseMs = 500, longestRetryMs: maxMs = 30_000 } = options;
    this.#options = options;
    this.#backoff = new ExponentialBackoff(
      { baseMs, factor: 2, maxMs, maxAttempts: Infinity, jitter: 'equal' },
      random,
    );
    this.#window = new PublishWindow({
      maxInFlight: options.maxInFlight ?? 64,
      maxWaiting: options.maxWaiting ?? 2_048,
      send: ({ topic, payload, ...how }, done) => this.#link?.publish(topic, payload, how, done),
    });
    this.#attempt();
  }

  get connected(): boolean {
    return this.#link?.open ?? false;
  }

  /** Messages that were published and are not acknowledged. */
  get pending(): number {
    return this.#window.size;
  }

  subscribe(filter: string, handler: (message: BusMessage) => void): void {
    this.#subscriptions.push({ filter, handler });
    if (this.connected) this.#link?.subscribe([filter], () => undefined);
  }

  publish(topic: string, payload: Uint8Array | string, options: BusPublish): Promise<void> {
    if (!this.connected) return Promise.reject(noConnection());
    return this.#window.add({ topic, payload, ...options });
  }

  onConnect(listener: () => void): void {
    this.#connectListeners.push(listener);
    if (this.connected) listener();
  }

  onDisconnect(listener: () => void): void {
    this.#disconnectListeners.push(listener);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#options.timers.clear(this.#retry);
    this.#options.timers.clear(this.#steady);
    const link = this.#link;
    this.#link = undefined;
    this.#window.clear(noConnection());
    await link?.end();
  }

  #attempt(): void {
    const { url, clientId, username, password, ca, will, timers, keepaliveSeconds = 20 } = this.#options;
    let asked: readonly string[] = [];
    const link = new MqttLink(mqtt.connect, {
      ...{ url, clientId, username, password, ca, will, timers, keepaliveSeconds },
      filters: () => {
        asked = this.#filters();
        return asked;
      },
      opened: () => this.#opened(asked),
      arrived: (topic, payload, retained) => this.#arrived({ topic, payload, retained, from: undefined }),
      refused: (refused) =>
        this.#options.log?.warn({ filters: refused }, 'the broker refuses a subscription: check its rules'),
      closed: (error) => this.#closed(error),
    });
    this.#link = link;
  }

  #filters(): readonly string[] {
    return [...new Set(this.#subscriptions.map(({ filter }) => filter))];
  }

  #opened(asked: readonly string[]): void {
    this.#wasOpen = true;
    this.#said = undefined;
    // Not at once: two clients of one id throw each other out, and would do so as fast as they can.
    this.#steady = this.#options.timers.set(steadyMs, () => this.#backoff.reset());
    this.#options.log?.info({ broker: this.#options.url }, 'connected to the broker');
    // What was subscribed to while the broker answered.
    const added = this.#filters().filter((filter) => !asked.includes(filter));
    if (added.length > 0) this.#link?.subscribe(added, () => undefined);
    for (const listener of this.#connectListeners) listener();
  }

  #arrived(message: BusMessage): void {
    for (const { filter, handler } of this.#subscriptions) {
      if (topicMatches(filter, message.topic)) handler(message);
    }
  }

  #closed(error: BothyError): void {
    if (this.#stopped) return;
    const wasOpen = this.#wasOpen;
    this.#wasOpen = false;
    this.#link = undefined;
    this.#options.timers.clear(this.#steady);
    this.#window.clear(error);
    const waitMs = this.#backoff.next() ?? 0;
    if (error.code !== this.#said) {
      this.#said = error.code;
      this.#options.log?.warn({ broker: this.#options.url, code: error.code }, error.message);
    }
    this.#retry = this.#options.timers.set(waitMs, () => this.#attempt());
    if (wasOpen) for (const listener of this.#disconnectListeners) listener();
  }
}

function noConnection(): BothyError {
  return new BothyError('broker_unreachable', 'There is no connection to the broker.');
}

/** Throws `configuration_invalid`. A user in the URL would be in every log line. */
export function checkBrokerUrl(url: string): void {
  const parsed = URL.parse(url);
  const isKnown = parsed !== null && /^(mqtts?|wss?):$/.test(parsed.protocol) && parsed.hostname !== '';
  if (isKnown && parsed.username === '' && parsed.password === '') return;
  const wanted = 'mqtt://host:port, or mqtts://, ws://, wss://, without a user';
  throw new BothyError('configuration_invalid', `The broker is "${url.slice(0, 80)}"; it must be ${wanted}.`);
}
