/**
 * One connection to a broker, from the attempt to its end. It is never revived: MQTT.js's own reconnects and its queue
 * in memory stay unused, for what waits is kept in the outbox on disk. A session is clean: what a broker would keep for
 * us are repetitions of what is retained.
 */
import type { TimerHandle, Timers } from '@bothy/runtime';
import { BothyError } from '@bothy/wire';
import type { IClientOptions, MqttClient } from 'mqtt';
import type { BusPublish } from './telemetry-bus.ts';

export interface MqttLinkOptions {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  readonly url: string;
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM: trusted instead of the authorities of this machine. */
  readonly ca?: string | undefined;
  /** Published, retained, at QoS 1, by the broker when the connection is lost. */
  readonly will?: { readonly topic: string; readonly payload: string } | undefined;
  readonly keepaliveSeconds: number;
  /** Asked once the broker has taken us; granted before `opened`. */
  readonly filters: () => readonly string[];
  readonly timers: Timers;
  readonly opened: () => void;
  readonly arrived: (topic: string, payload: Uint8Array, retained: boolean) => void;
  /** Filters that the broker does not let us have. The rest of the connection goes on. */
  readonly refused: (filters: readonly string[]) => void;
  /** Called once, unless we end it. Nothing is called after it. */
  readonly closed: (error: BothyError) => void;
}

/** From the attempt until the broker has granted the subscriptions. */
const openMs = 10_000;
/** What is said last is written by then, or never. */
const endMs = 500;
const refusedGrant = 128;

type Connect = (url: string, options: IClientOptions) => MqttClient;

export class MqttLink {
  readonly #client: MqttClient;
  readonly #options: MqttLinkOptions;
  readonly #openTimer: TimerHandle;
  #open = false;
  #over = false;

  constructor(connect: Connect, options: MqttLinkOptions) {
    const { url, clientId, username, password, ca, will, keepaliveSeconds, timers } = options;
    this.#options = options;
    this.#client = connect(url, {
      protocolVersion: 4,
      clean: true,
      clientId,
      keepalive: keepaliveSeconds,
      connectTimeout: openMs,
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
      timerVariant: 'native',
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
      ...(will === undefined
        ? {}
        : { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
    });
    this.#openTimer = timers.set(openMs, () => {
      if (!this.#open) this.#finish(unreachable('it does not answer in time'));
    });
    this.#client.on('connect', () => this.#subscribeAll());
    this.#client.on('message', (topic, payload, { retain }) => {
      if (!this.#over) options.arrived(topic, payload, retain);
    });
    this.#client.on('error', (error) => this.#finish(connectionError(error)));
    this.#client.on('close', () => this.#finish(unreachable('the connection ended')));
  }

  get open(): boolean {
    return this.#open && !this.#over && this.#client.connected;
  }

  /** `done` is called once, unless the link ends first. */
  publish(
    topic: string,
    payload: Uint8Array | string,
    { qos, retain }: BusPublish,
    done: (error?: Error) => void,
  ): void {
    const bytes = typeof payload === 'string' ? payload : Buffer.from(payload);
    this.#client.publish(topic, bytes, { qos, retain }, (error) => {
      if (!this.#over) done(error ?? undefined);
    });
  }

  subscribe(filters: readonly string[], granted: () => void): void {
    this.#client.subscribe([...filters], { qos: 1 }, (error, _, packet) => {
      if (this.#over) return;
      // One code for each filter. The grants that MQTT.js gives here know nothing of a refusal.
      const codes: readonly unknown[] = packet?.granted ?? [];
      const refused = filters.filter((_filter, at) => Number(codes[at]) >= refusedGrant);
      // A broker's no is no reason to stay silent; any other failure ends the connection.
      if (refused.length > 0) this.#options.refused(refused);
      else if (error != null) return this.#finish(unreachable(`it takes no subscription: ${error.message}`));
      granted();
    });
  }

  /** Says goodbye, so that the will is not published. Nothing is reported any more. */
  async end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    const { timers } = this.#options;
    timers.clear(this.#openTimer);
    await new Promise<void>((resolve) => {
      // What was not acknowledged keeps MQTT.js from ending, and a broker that hangs acknowledges nothing.
      const timer = timers.set(endMs, () => this.#client.end(true, {}, () => resolve()));
      this.#client.end(false, {}, () => {
        timers.clear(timer);
        resolve();
      });
    });
  }

  #subscribeAll(): void {
    if (this.#over) return;
    const opened = (): void => {
      this.#open = true;
      this.#options.timers.clear(this.#openTimer);
      this.#options.opened();
    };
    const filters = this.#options.filters();
    if (filters.length === 0) opened();
    else this.subscribe(filters, opened);
  }

  #finish(error: BothyError): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.timers.clear(this.#openTimer);
    this.#client.end(true);
    this.#options.closed(error);
  }
}

/** CONNACK return codes 4 and 5 of MQTT 3.1.1, section 3.2.2.3. */
const refusedCodes: readonly unknown[] = [4, 5];

function connectionError(error: Error): BothyError {
  if ('code' in error && refusedCodes.includes(error.code)) {
    const sentence = 'The broker does not accept our sign-in: check user and password, or enrol again.';
    return new BothyError('unauthorized', sentence, { cause: error });
  }
  return unreachable('code' in error ? `${error.message || error.code}` : error.message, error);
}

function unreachable(why: string, cause?: unknown): BothyError {
  return new BothyError('broker_unreachable', `The broker cannot be used: ${why}.`, { cause });
}
