/**
 * A broker as the peer drivers see it: retained messages, persistent sessions,
 * last will, at-least-once delivery; in order per topic, not among topics.
 */
import type { Random } from '@bothy/protocols';

export interface BrokerWorld {
  /** Runs something later in virtual time. */
  after(delayMs: number, run: () => void): void;
  readonly random: Random;
}

/** A message as the broker passes it on. */
export interface Published {
  readonly topic: string;
  /** Null clears a retained topic. */
  readonly payload: unknown;
}

export interface BrokerFaults {
  /** Chance that a delivery is lost, as a broker may that was restarted without its queues. */
  readonly loss: number;
  /**
   * Chance, for each delivery, that the broker lies: it rewrites the message,
   * or adds an old one that was meant for anybody.
   */
  readonly hostile: number;
  /** Chance that a delivery is made twice. */
  readonly duplicate: number;
  /** Slowest delivery; each is uniformly between 1 ms and this. */
  readonly maxDelayMs: number;
}

interface Session {
  readonly clientId: string;
  readonly filters: Set<string>;
  /** What waits for a client that is away. Bounded: the oldest goes. */
  readonly queue: Published[];
  client: SimClient | null;
}

/** MQTT topic filter matching with `#` at the end, which is all that the drivers use. */
function matches(filter: string, topic: string): boolean {
  return filter.endsWith('/#') ? topic.startsWith(filter.slice(0, -1)) : filter === topic;
}

const maxQueued = 1_000;
/** How much a hostile broker remembers, to replay it. */
const maxRemembered = 2_000;

export class SimBroker {
  readonly #world: BrokerWorld;
  faults: BrokerFaults;
  readonly #sessions = new Map<string, Session>();
  readonly #retained = new Map<string, Published>();
  readonly #remembered: Published[] = [];
  /** Messages passed on, by topic kind; to count what a link costs. */
  published = 0;

  /** `faults` may be changed at any time. */
  constructor(world: BrokerWorld, faults: BrokerFaults) {
    this.#world = world;
    this.faults = faults;
  }

  /** A client connects and takes up its session. A connection of the same id is cut, as MQTT demands. */
  connect(clientId: string, will: Published, deliver: (message: Published) => void): SimClient {
    const session = this.#session(clientId);
    session.client?.cut();
    const client = new SimClient(this, this.#world, session, will, deliver);
    session.client = client;
    return client;
  }

  publish(message: Published, retain: boolean): void {
    this.published += 1;
    if (this.faults.hostile > 0) this.#remember(message);
    if (retain) this.#retained.set(message.topic, message);
    for (const session of this.#sessions.values()) {
      if (![...session.filters].some((filter) => matches(filter, message.topic))) continue;
      if (session.client !== null) session.client.arrive(message);
      else {
        session.queue.push(message);
        if (session.queue.length > maxQueued) session.queue.shift();
      }
    }
  }

  subscribe(session: Session, filter: string): void {
    session.filters.add(filter);
    // A subscription made again delivers the retained messages again (MQTT 3.1.1, 3.8.4).
    for (const message of this.#retained.values()) {
      if (matches(filter, message.topic)) session.client?.arrive(message);
    }
  }

  /** Anything that was ever published, to anybody. */
  oldMessage(): Published | undefined {
    return this.#remembered[this.#world.random.below(Math.max(1, this.#remembered.length))];
  }

  #remember(message: Published): void {
    if (this.#remembered.length < maxRemembered) this.#remembered.push(message);
    else this.#remembered[this.published % maxRemembered] = message;
  }

  #session(clientId: string): Session {
    const known = this.#sessions.get(clientId);
    if (known !== undefined) return known;
    const session: Session = { clientId, filters: new Set(), queue: [], client: null };
    this.#sessions.set(clientId, session);
    return session;
  }
}

/** One connection of one client. */
export class SimClient {
  readonly #broker: SimBroker;
  readonly #world: BrokerWorld;
  readonly #session: Session;
  readonly #will: Published;
  readonly #deliver: (message: Published) => void;
  readonly #lanes = new Map<string, (() => void)[]>();
  open = true;

  constructor(
    broker: SimBroker,
    world: BrokerWorld,
    session: Session,
    will: Published,
    deliver: (message: Published) => void,
  ) {
    this.#broker = broker;
    this.#world = world;
    this.#session = session;
    this.#will = will;
    this.#deliver = deliver;
    for (const message of session.queue.splice(0)) this.arrive(message);
  }

  subscribe(filter: string): void {
    this.#later('subscribe', () => this.#broker.subscribe(this.#session, filter));
  }

  unsubscribe(filter: string): void {
    this.#later('subscribe', () => this.#session.filters.delete(filter));
  }

  /** What is under way when the connection is cut is lost: our driver does not keep it. */
  publish(message: Published, retain: boolean): void {
    this.#later(message.topic, () => this.#broker.publish(message, retain));
  }

  /** The connection breaks: the broker publishes the will. */
  cut(): void {
    if (!this.open) return;
    this.open = false;
    if (this.#session.client === this) this.#session.client = null;
    this.#broker.publish(this.#will, true);
  }

  /** Passes a message to the client; unacknowledged when the connection breaks, so queued then. */
  arrive(message: Published): void {
    this.#pass(this.#rewritten(message));
    const old = this.#lies() ? this.#broker.oldMessage() : undefined;
    if (old !== undefined) this.#pass(old);
  }

  #lies(): boolean {
    const { hostile } = this.#broker.faults;
    return hostile > 0 && this.#world.random.next() < hostile;
  }

  /** Another connection's candidates and fingerprints, and another sender: what a man in the middle would want. */
  #rewritten(message: Published): Published {
    if (!this.#lies() || typeof message.payload !== 'string') return message;
    const { topic, payload } = message;
    if (this.#world.random.next() < 0.5) return { topic, payload: payload.replace('connection', 'impostor') };
    return { topic, payload: payload.replace(/"device":"[a-z]+"/, `"device":"${'m'.repeat(16)}"`) };
  }

  #pass(message: Published): void {
    if (this.#world.random.next() < this.#broker.faults.loss) return;
    const twice = this.#world.random.next() < this.#broker.faults.duplicate;
    for (let copy = 0; copy < (twice ? 2 : 1); copy++) {
      this.#inOrder(`in ${message.topic}`, () => {
        if (this.open) this.#deliver(message);
        else if (copy === 0) this.#requeue(message);
      });
    }
  }

  #requeue(message: Published): void {
    const { client, queue } = this.#session;
    if (client !== null) client.arrive(message);
    else queue.push(message);
  }

  #later(topic: string, run: () => void): void {
    this.#inOrder(`out ${topic}`, () => {
      if (this.open) run();
    });
  }

  /** Lanes keep their order however the delays fall: each arrival takes the oldest of its lane. */
  #inOrder(lane: string, run: () => void): void {
    const waiting = this.#lanes.get(lane) ?? [];
    this.#lanes.set(lane, waiting);
    waiting.push(run);
    this.#world.after(1 + this.#world.random.below(this.#broker.faults.maxDelayMs), () =>
      waiting.shift()?.(),
    );
  }
}
