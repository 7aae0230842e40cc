/**
 * One connection to a broker, from the attempt to its end. It is never revived:
 * the next attempt is a new one with a fresh proof, so MQTT.js's own reconnects
 * and its in-memory queue stay unused.
 */
import type { TimerHandle, Timers } from '@bothy/runtime';
import { BothyError } from '@bothy/wire';
import type { IClientOptions, MqttClient } from 'mqtt';

export interface MqttConnectionOptions {
  /** `ws://` or `wss://`, with the path. */
  readonly url: string;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  /** Published, retained, by the broker when the connection is lost. */
  readonly will: { readonly topic: string; readonly payload: string };
  /** Ask for signs of life in time, also in a hidden tab. */
  readonly timers: Timers;
  /** The broker has accepted us. Never called after `closed`. */
  readonly connected: () => void;
  readonly arrived: (topic: string, payload: Uint8Array) => void;
  /** Called once, unless we end it; with the reason when there is one. Nothing is called after it. */
  readonly closed: (error: BothyError | undefined) => void;
}

/** Silence after which the broker is asked whether it is there; it drops us after one and a half. */
const keepaliveSeconds = 30;
const connectTimeoutMs = 10_000;

/** Starts an attempt. Rejects when MQTT.js cannot be loaded or the URL is no broker's. */
export async function openMqttConnection(options: MqttConnectionOptions): Promise<MqttConnection> {
  // Loaded when first needed: it is larger than the rest of the app.
  const { default: mqtt } = await import('mqtt');
  return new MqttConnection(mqtt.connect, options);
}

export class MqttConnection {
  readonly #client: MqttClient;
  readonly #options: MqttConnectionOptions;
  readonly #closed = Promise.withResolvers<void>();
  #over = false;
  #inFlight = 0;

  constructor(connect: (url: string, options: IClientOptions) => MqttClient, options: MqttConnectionOptions) {
    this.#options = options;
    this.#client = connect(options.url, {
      protocolVersion: 4,
      // The broker keeps what arrives for us while we are away.
      clean: false,
      clientId: options.clientId,
      username: options.username,
      password: options.password,
      will: { ...options.will, payload: textBytes(options.will.payload), qos: 1, retain: true },
      keepalive: keepaliveSeconds,
      timerVariant: repeating(options.timers),
      connectTimeout: connectTimeoutMs,
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
    });
    this.#client.on('connect', () => {
      if (!this.#over) options.connected();
    });
    this.#client.on('message', (topic, payload) => {
      if (!this.#over) options.arrived(topic, payload);
    });
    this.#client.on('error', (error) => this.#finish(connectionError(error)));
    this.#client.on('close', () => this.#finish(undefined));
  }

  /** Whether something that is published now is sent at once. */
  get up(): boolean {
    return !this.#over && this.#client.connected;
  }

  /** Messages handed over and not yet acknowledged by the broker. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Publishes at QoS 1. Resolves to whether the broker has acknowledged it; false when the connection ended. */
  async publish(topic: string, payload: string, options: { retain: boolean }): Promise<boolean> {
    if (!this.up) return false;
    this.#inFlight += 1;
    const acknowledged = this.#client
      .publishAsync(topic, payload, { qos: 1, retain: options.retain })
      .then(() => true)
      .catch(() => false);
    const result = await Promise.race([acknowledged, this.#closed.promise.then(() => false)]);
    this.#inFlight -= 1;
    return result;
  }

  /** Resolves to whether the broker lets us have this filter; false also when the connection ended. */
  async subscribe(filter: string): Promise<boolean> {
    if (!this.up) return false;
    const granted = this.#client
      .subscribeAsync(filter, { qos: 1 })
      .then((grants) => grants.every((grant) => grant.qos !== 128))
      .catch(() => false);
    return Promise.race([granted, this.#closed.promise.then(() => false)]);
  }

  unsubscribe(filters: readonly string[]): void {
    if (this.up && filters.length > 0) this.#client.unsubscribe([...filters], () => undefined);
  }

  /** Says goodbye, so that the will is not published. Nothing is reported any more. */
  async end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#closed.resolve();
    await this.#client.endAsync(false).catch(() => undefined);
  }

  /** Breaks the connection off: the broker publishes the will. Reported as `closed`. */
  abort(error: BothyError): void {
    this.#finish(error);
  }

  #finish(error: BothyError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#closed.resolve();
    this.#client.end(true);
    this.#options.closed(error);
  }
}

/** CONNACK return codes 4 and 5 of MQTT 3.1.1, section 3.2.2.3. */
const refusedCodes: readonly unknown[] = [4, 5];

function connectionError(error: Error): BothyError {
  if ('code' in error && refusedCodes.includes(error.code)) {
    const why = 'Perhaps the name belongs to somebody else there, or an operator has removed you.';
    const sentence = `The node does not accept our sign-in. ${why}`;
    return new BothyError('unauthorized', sentence, { cause: error });
  }
  return new BothyError('broker_unreachable', `The node cannot be used: ${error.message}`, { cause: error });
}

const encoder = new TextEncoder();

/** MQTT.js is typed for Node's Buffer and takes any byte array. */
function textBytes(text: string): Buffer {
  return encoder.encode(text) as Buffer;
}

/**
 * Intervals by our own timers. Those of MQTT.js run in a worker made of a blob,
 * which the content security policy of a node forbids: no sign of life would
 * ever be asked for, and the broker would end every quiet connection.
 */
function repeating(timers: Timers): {
  set: (fire: () => void, everyMs?: number) => number;
  clear: (id: number) => void;
} {
  const handles = new Map<number, TimerHandle>();
  let last = 0;
  const again = (id: number, fire: () => void, everyMs: number): void => {
    const handle = timers.set(everyMs, () => {
      again(id, fire, everyMs);
      fire();
    });
    handles.set(id, handle);
  };
  return {
    set: (fire, everyMs = 0) => {
      last += 1;
      again(last, fire, everyMs);
      return last;
    },
    clear: (id) => {
      if (handles.has(id)) timers.clear(handles.get(id));
      handles.delete(id);
    },
  };
}
