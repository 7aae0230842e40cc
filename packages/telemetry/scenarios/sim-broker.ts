/**
 * An MQTT broker in the simulator, as rude as real ones may be: order per topic only, QoS 1 that delivers twice, retained
 * messages, last wills, connections of which one end does not know that they are broken, and a crash that loses all that
 * was under way.
 */
import type { Random } from '@bothy/protocols';
import type { Simulation } from '@bothy/simulator';

export interface SimPublish {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

export interface BrokerClient {
  readonly id: string;
  readonly filters: readonly string[];
  /** As of the connection that is made now. */
  will(): SimPublish | undefined;
  connected(): void;
  disconnected(): void;
  message(topic: string, payload: string, retained: boolean): void;
}

export interface BrokerOptions {
  readonly maxDelayMs: number;
  /** Chance from 0 to 1 that a message is delivered twice. */
  readonly duplicate: number;
  /** Whether what is retained survives a crash. */
  readonly keepsRetained: boolean;
  /** The node that it is part of: reached from there always, and down with it. */
  readonly host?: string;
}

/** How long an end of a broken connection does not know it, at most. */
const noticeMs = 8_000;
const retryMs = 2_000;

export class SimBroker {
  readonly id = 'broker';
  readonly #simulation: Simulation;
  readonly #options: BrokerOptions;
  readonly #random: Random;
  readonly #retained = new Map<string, string>();
  readonly #sessions = new Map<string, BrokerLink>();
  isUp = true;
  readonly counts = { delivered: 0, doubled: 0, wills: 0, broken: 0 };

  constructor(simulation: Simulation, options: BrokerOptions) {
    this.#simulation = simulation;
    this.#options = options;
    this.#random = simulation.random('broker');
    // Named, so that partitions cut it off.
    simulation.network.on(this.id, () => {});
  }

  delayMs(): number {
    return 0.5 + this.#random.next() * this.#options.maxDelayMs;
  }

  reaches(client: string): boolean {
    const { network } = this.#simulation;
    if (client === this.#options.host) return this.isUp;
    return this.isUp && network.reachable(client, this.id) && network.reachable(this.id, client);
  }

  /** A new connection, or undefined when none can be made now. One that this client had ends, with its will. */
  connect(client: BrokerClient): BrokerLink | undefined {
    if (!this.reaches(client.id)) return undefined;
    this.#sessions.get(client.id)?.endAtBroker();
    const link = new BrokerLink(this.#simulation, this, client);
    this.#sessions.set(client.id, link);
    client.connected();
    for (const [topic, payload] of this.#retained) {
      if (client.filters.some((filter) => matches(filter, topic))) link.deliver(topic, payload, true);
    }
    return link;
  }

  accept({ topic, payload, retain }: SimPublish): void {
    if (retain) {
      if (payload === '') this.#retained.delete(topic);
      else this.#retained.set(topic, payload);
    }
    for (const link of this.#sessions.values()) {
      if (!link.client.filters.some((filter) => matches(filter, topic))) continue;
      link.deliver(topic, payload, false);
      this.counts.delivered += 1;
      if (this.#random.next() >= this.#options.duplicate) continue;
      link.deliver(topic, payload, false);
      this.counts.doubled += 1;
    }
  }

  /** This end has noticed: what its last will says is published. */
  ended(link: BrokerLink, will: SimPublish | undefined): void {
    if (this.#sessions.get(link.client.id) === link) this.#sessions.delete(link.client.id);
    if (will === undefined || !this.isUp) return;
    this.counts.wills += 1;
    this.accept(will);
  }

  /** One that is part of a node starts with it. */
  start(): void {
    if (this.isUp) return;
    this.#simulation.note('broker starts');
    this.isUp = true;
  }

  crash(): void {
    if (!this.isUp) return;
    this.#simulation.note('broker crashes');
    this.isUp = false;
    for (const link of [...this.#sessions.values()]) link.break(1_000);
    this.#sessions.clear();
    if (!this.#options.keepsRetained) this.#retained.clear();
  }

  /** One of the connections breaks, without anybody being told. */
  breakOne(): void {
    const links = [...this.#sessions.values()];
    links[this.#random.below(Math.max(1, links.length))]?.break();
  }
}

/** One connection of one client, seen from both ends. */
export class BrokerLink {
  readonly client: BrokerClient;
  readonly #simulation: Simulation;
  readonly #broker: SimBroker;
  readonly #random: Random;
  readonly #will: SimPublish | undefined;
  /** By direction and topic, when the last message arrives: order is kept per topic, and no further. */
  readonly #lanes = new Map<string, number>();
  #isBroken = false;
  #isOverAtBroker = false;
  #isOverAtClient = false;

  constructor(simulation: Simulation, broker: SimBroker, client: BrokerClient) {
    this.#simulation = simulation;
    this.#broker = broker;
    this.#random = simulation.random('links');
    this.client = client;
    this.#will = client.will();
  }

  /** QoS 1. `acknowledged`: the broker has it. */
  publish(publish: SimPublish, acknowledged: () => void): void {
    this.#send(`up ${publish.topic}`, () => {
      this.#broker.accept(publish);
      this.#send(`ack ${publish.topic}`, acknowledged);
    });
  }

  deliver(topic: string, payload: string, retained: boolean): void {
    this.#send(`down ${topic}`, () => this.client.message(topic, payload, retained));
  }

  /** The client's process has ended, or it is connected anew. */
  endAtBroker(): void {
    this.#isBroken = true;
    if (this.#isOverAtBroker) return;
    this.#isOverAtBroker = true;
    this.#broker.ended(this, this.#will);
  }

  /** The client is gone, and with it whoever would be told. */
  endAtClient(): void {
    this.#isOverAtClient = true;
    this.break(2_000);
  }

  break(withinMs = noticeMs): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#broker.counts.broken += 1;
    this.#simulation.after(this.#random.next() * withinMs, () => this.endAtBroker());
    this.#simulation.after(this.#random.next() * withinMs, () => {
      if (this.#isOverAtClient) return;
      this.#isOverAtClient = true;
      this.client.disconnected();
    });
  }

  #send(lane: string, arrive: () => void): void {
    if (this.#isBroken) return;
    const { nowMs } = this.#simulation;
    const atMs = Math.max(nowMs + this.#broker.delayMs(), this.#lanes.get(lane) ?? 0);
    this.#lanes.set(lane, atMs);
    this.#simulation.after(atMs - nowMs, () => {
      if (this.#isBroken) return;
      if (!this.#broker.reaches(this.client.id)) return this.break();
      arrive();
    });
  }
}

/** Keeps a client connected, as a client library does. */
export class Connecting {
  readonly #simulation: Simulation;
  readonly #broker: SimBroker;
  readonly #client: BrokerClient;
  #link: BrokerLink | undefined;
  /** Rises when the process ends: what was planned before is off. */
  #generation = 0;

  constructor(simulation: Simulation, broker: SimBroker, client: BrokerClient) {
    this.#simulation = simulation;
    this.#broker = broker;
    this.#client = client;
  }

  get link(): BrokerLink | undefined {
    return this.#link;
  }

  begin(): void {
    this.#generation += 1;
    this.#try(this.#generation);
  }

  stop(): void {
    this.#generation += 1;
    this.#link?.endAtClient();
    this.#link = undefined;
  }

  /** The connection has ended: a new one is tried. */
  lost(): void {
    this.#link = undefined;
    this.#retry(this.#generation);
  }

  #try(generation: number): void {
    if (generation !== this.#generation || this.#link !== undefined) return;
    this.#link = this.#broker.connect(this.#client);
    if (this.#link === undefined) this.#retry(generation);
  }

  #retry(generation: number): void {
    const waitMs = retryMs * (0.5 + this.#simulation.random('retries').next());
    this.#simulation.after(waitMs, () => this.#try(generation));
  }
}

/** `+` stands for one level. */
function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  return wanted.length === levels.length && wanted.every((each, i) => each === '+' || each === levels[i]);
}
