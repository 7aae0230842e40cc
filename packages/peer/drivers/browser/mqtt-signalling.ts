/**
 * Signalling over MQTT: signed presence and envelopes, out and in. It keeps
 * trying to reach the broker; what is to be sent while there is none is dropped,
 * for the core says it again once signalling is up.
 *
 *   waiting ──timer, retryNow──▶ connecting ──subscribed──▶ up
 *      ▲                             │                       │
 *      └──────────── refused, lost, closed ──────────────────┘
 */
import { type LocalIdentity, makeProof, signText } from '@bothy/identity';
import { ExponentialBackoff, type Random } from '@bothy/protocols';
import type { Clock, TimerHandle, Timers } from '@bothy/runtime';
import {
  type Boot,
  BothyError,
  bootCounter,
  deviceKey,
  type Envelope,
  type ErrorCode,
  type Name,
  type Presence,
  topics,
  unsignedText,
} from '@bothy/wire';
import type { DeviceDirectory } from './device-directory.ts';
import { type MqttConnection, openMqttConnection } from './mqtt-connection.ts';
import { SerialQueue } from './serial-queue.ts';
import { readArrival, topicOfKind } from './signed-intake.ts';

export interface SignallingEvents {
  /** `up` once everything addressed to us is subscribed to. */
  readonly state: (state: 'up' | 'down') => void;
  /** Verified, in arrival order. Our own device's too: another copy of it is seen by that. */
  readonly presence: (presence: Presence) => void;
  /** Verified, in arrival order. */
  readonly envelope: (envelope: Envelope) => void;
  /** Something was refused, by us or by the broker, or had to be dropped. */
  readonly refused: (code: ErrorCode, message: string) => void;
}

export interface MqttSignallingOptions {
  readonly identity: LocalIdentity;
  readonly boot: Boot;
  /** Where the broker is; asked again before every attempt when it is a function. */
  readonly brokerUrl: string | (() => string);
  /** What the broker calls itself in proofs: `host:port`. */
  readonly audience: string | (() => string);
  readonly devices: DeviceDirectory;
  readonly clock: Clock;
  readonly timers: Timers;
  /** For the jitter of the retries. */
  readonly random: Random;
  readonly events: SignallingEvents;
}

interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** A connection that lasted so long was a good one: the next attempt starts from the shortest delay. */
const stableMs = 10_000;
/** Messages that wait to be verified. More than that is a flood. */
const maxArrivals = 1_000;
/** Signals that wait to be signed. */
const maxSignals = 256;
/** Publishes the broker may owe an acknowledgement for, before the next one waits. */
const maxInFlight = 32;
/** How often per connection a presence that hides us is corrected; an echo must not become a loop. */
const maxCorrections = 8;
/** Names whose presence we no longer want, to be told to the broker at the next connection. */
const maxUnwatched = 1_000;
/** How long a clean stop waits for the broker to take our "offline", and then for the connection to end. */
const goodbyeMs = 500;

export class MqttSignalling {
  readonly #options: MqttSignallingOptions;
  readonly #backoff: ExponentialBackoff;
  readonly #arrivals: SerialQueue;
  readonly #signals: SerialQueue;
  readonly #unwatched = new Set<Name>();
  #connection: MqttConnection | null = null;
  #state: 'waiting' | 'connecting' | 'up' | 'stopped' = 'waiting';
  #retryTimer: TimerHandle | null = null;
  #upSinceMs = 0;
  #corrections = 0;
  /** Connections made in this start, this one included: what a late last will is told by. */
  #connections = 0;

  constructor(options: MqttSignallingOptions) {
    this.#options = options;
    this.#backoff = new ExponentialBackoff(
      { baseMs: 1_000, factor: 2, maxMs: 30_000, maxAttempts: Number.POSITIVE_INFINITY, jitter: 'full' },
      options.random,
    );
    const failed = (thrown: unknown): void => {
      const { code, message } = BothyError.from(thrown);
      options.events.refused(code, message);
    };
    this.#arrivals = new SerialQueue(maxArrivals, failed);
    this.#signals = new SerialQueue(maxSignals, failed);
  }

  /** Begins to connect, and keeps at it until `stop`. */
  start(): void {
    this.retryNow();
  }

  /** Tries at once when an attempt is being waited for: the machine woke up, or a network came. */
  retryNow(): void {
    if (this.#state !== 'waiting') return;
    if (this.#retryTimer !== null) this.#options.timers.clear(this.#retryTimer);
    this.#retryTimer = null;
    this.#state = 'connecting';
    this.#connect().catch((thrown: unknown) => this.#lost(BothyError.from(thrown, 'broker_unreachable')));
  }

  /** Publishes that we are here, retained. */
  announce(): void {
    const { name, device } = this.#options.identity;
    const topic = topics.presence(name, device);
    this.#publishLater(async () => ({ topic, payload: await this.#presenceText(true), retain: true }));
  }

  /** Signs and publishes an envelope; envelopes leave in the order of the calls. */
  signal(envelope: Envelope): void {
    const topic = topics.signalling(envelope.to.name, topicOfKind[envelope.kind]);
    const key = this.#options.identity.devicePrivateKey;
    this.#publishLater(async () => {
      const payload = await signText('envelope', unsignedText({ ...envelope }), key);
      return { topic, payload, retain: false };
    });
  }

  /** Subscribes to the presence of all devices of this name; the core repeats it after every `up`. */
  watch(name: Name): void {
    this.#unwatched.delete(name);
    const connection = this.#connection;
    if (this.#state !== 'up' || connection === null) return;
    void connection.subscribe(topics.presenceOf(name)).then((granted) => {
      if (!granted && connection.up) {
        this.#options.events.refused('forbidden', `The broker does not let us see whether ${name} is there.`);
      }
    });
  }

  unwatch(name: Name): void {
    if (this.#state === 'up' && this.#connection !== null) {
      this.#connection.unsubscribe([topics.presenceOf(name)]);
    } else if (this.#unwatched.size < maxUnwatched) {
      this.#unwatched.add(name);
    }
  }

  /** Says that we are gone and closes. Nothing is reported afterwards. */
  async stop(): Promise<void> {
    const wasUp = this.#state === 'up';
    this.#state = 'stopped';
    if (this.#retryTimer !== null) this.#options.timers.clear(this.#retryTimer);
    this.#retryTimer = null;
    this.#arrivals.clear();
    this.#signals.clear();
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) return;
    if (wasUp) await this.#within(goodbyeMs, this.#sayGoodbye(connection));
    await this.#within(goodbyeMs, connection.end());
  }

  async #sayGoodbye(connection: MqttConnection): Promise<void> {
    const { name, device } = this.#options.identity;
    const payload = await this.#presenceText(false);
    await connection.publish(topics.presence(name, device), payload, { retain: true });
  }

  /** Resolves when the work is done, or after so long: a dead network must not hold a stop up. */
  async #within(limitMs: number, work: Promise<void>): Promise<void> {
    const enough = Promise.withResolvers<void>();
    const timer = this.#options.timers.set(limitMs, enough.resolve);
    await Promise.race([work, enough.promise]);
    this.#options.timers.clear(timer);
  }

  async #connect(): Promise<void> {
    const { identity, audience, brokerUrl, clock } = this.#options;
    const { name, device } = identity;
    this.#connections += 1;
    // First the place, then its name: another node may have its turn.
    const url = typeof brokerUrl === 'string' ? brokerUrl : brokerUrl();
    const calledThere = typeof audience === 'string' ? audience : audience();
    const [password, will] = await Promise.all([
      makeProof({ identity, audience: calledThere, now: clock.wallMs() }),
      this.#presenceText(false),
    ]);
    // What the broker kept for us may arrive at once; the core hears of `up` before it.
    const settled = Promise.withResolvers<void>();
    const connection = await openMqttConnection({
      url,
      clientId: deviceKey(identity),
      username: name,
      password,
      will: { topic: topics.presence(name, device), payload: will },
      timers: this.#options.timers,
      connected: () => {
        this.#arrivals.add(() => settled.promise);
        void this.#subscribed(connection).finally(settled.resolve);
      },
      arrived: (topic, payload) => this.#arrived(topic, payload),
      closed: (error) => {
        settled.resolve();
        this.#lost(error);
      },
    });
    if (this.#state === 'connecting') this.#connection = connection;
    else await connection.end();
  }

  async #subscribed(connection: MqttConnection): Promise<void> {
    connection.unsubscribe([...this.#unwatched].map(topics.presenceOf));
    this.#unwatched.clear();
    const granted = await connection.subscribe(topics.allOf(this.#options.identity.name));
    if (this.#state !== 'connecting' || !connection.up) return;
    if (!granted) {
      const sentence = 'The broker does not let us receive what is sent to us.';
      return connection.abort(new BothyError('forbidden', sentence));
    }
    this.#state = 'up';
    this.#corrections = 0;
    this.#upSinceMs = this.#options.clock.monoMs();
    this.#options.events.state('up');
  }

  /** The connection, or the attempt at one, is over: the next one follows by itself. */
  #lost(error: BothyError | undefined): void {
    if (this.#state === 'stopped') return;
    const { clock, events, timers } = this.#options;
    const wasUp = this.#state === 'up';
    this.#state = 'waiting';
    this.#connection = null;
    this.#signals.clear();
    if (wasUp && clock.monoMs() - this.#upSinceMs >= stableMs) this.#backoff.reset();
    const delayMs = this.#backoff.next() ?? 30_000;
    this.#retryTimer = timers.set(delayMs, () => this.retryNow());
    if (error !== undefined) events.refused(error.code, error.message);
    if (wasUp) events.state('down');
  }

  #arrived(topic: string, payload: Uint8Array): void {
    const taken = this.#arrivals.add(async () => {
      const arrival = await readArrival(topic, payload, this.#options.devices);
      if (this.#state === 'stopped') return;
      const { events, identity } = this.#options;
      if (arrival.kind === 'refused') return events.refused(arrival.refusal.code, arrival.refusal.message);
      if (arrival.kind === 'envelope') return events.envelope(arrival.envelope);
      if (arrival.kind === 'empty') return;
      if (arrival.presence.from.device === identity.device) this.#ownPresence(arrival.presence);
      events.presence(arrival.presence);
    });
    if (!taken) {
      this.#options.events.refused('rate_limited', `More than ${maxArrivals} messages wait to be verified.`);
    }
  }

  /**
   * The will of a connection that we lost may be published after our new
   * "online", and would then stand for us until the next start.
   */
  #ownPresence(presence: Presence): void {
    const { boot } = this.#options;
    const current = presence.boot === boot && presence.online;
    if (current || bootCounter(presence.boot) > bootCounter(boot)) return;
    if (this.#state !== 'up' || this.#corrections >= maxCorrections) return;
    this.#corrections += 1;
    this.announce();
  }

  /** Signs in order, and publishes while the broker keeps up with its acknowledgements. */
  #publishLater(compose: () => Promise<Outgoing>): void {
    const connection = this.#connection;
    if (this.#state !== 'up' || connection === null) return;
    const task = async (): Promise<void> => {
      const { topic, payload, retain } = await compose();
      const acknowledged = connection.publish(topic, payload, { retain });
      if (connection.inFlight >= maxInFlight) await acknowledged;
    };
    if (this.#signals.add(task)) return;
    this.#signals.dropOldest();
    this.#signals.add(task);
    this.#options.events.refused('rate_limited', `More than ${maxSignals} signals wait to be sent.`);
  }

  #presenceText(online: boolean): Promise<string> {
    const { identity, boot, clock } = this.#options;
    const { person, device, name, certificate, devicePrivateKey } = identity;
    const presence: Presence = {
      v: 1,
      from: { person, device, name },
      boot,
      connection: this.#connections,
      online,
      sentAt: clock.wallMs(),
      certificate,
    };
    return signText('presence', unsignedText({ ...presence }), devicePrivateKey);
  }
}
