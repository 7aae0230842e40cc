/**
 * The node as a client of its own broker: it hears what was accepted, from here and from other nodes, and publishes
 * what nodes have to say. Nothing is asked of the access rules: it is the node that they protect.
 */
import type { Principal } from '@bothy/identity';
import { BothyError, limits } from '@bothy/wire';
import type { Client, PublishPacket } from 'aedes';
import type { BoundedPersistence } from './bounded-persistence.ts';
import type { BridgedAedes } from './bridge/bridged-aedes.ts';
import type { BrokerBridge } from './bridge/broker-bridge.ts';
import { numbered } from './message-number.ts';
import type { Visitor } from './visitor.ts';

/** An accepted publish. The payload is the broker's: whoever keeps it longer than the call copies it. */
export interface HeardPublish {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  /** A client of this broker, or its last will; another node's client; this node itself. */
  readonly from:
    | { readonly kind: 'client'; readonly client: string; readonly principal: Principal }
    | { readonly kind: 'bridge' }
    | { readonly kind: 'node' };
}

/** A publish that was dropped: by the access rules, for its size, or because its client is too fast. */
export interface RefusedPublish {
  readonly client: string;
  /** Empty for a packet so large that it was not read. */
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly reason: string;
}

export interface RetainedPublish {
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface NodePublishOptions {
  /** 1: durable before the promise resolves, and kept for clients that are away. */
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

export interface NodeClientPlace {
  readonly aedes: BridgedAedes;
  readonly persistence: BoundedPersistence;
  readonly bridge: BrokerBridge | undefined;
  readonly visitorOf: (client: object) => Visitor | undefined;
}

export class NodeClient {
  readonly #place: NodeClientPlace;
  readonly #ears = new Set<(heard: HeardPublish) => void>();
  readonly #refusals = new Set<(refused: RefusedPublish) => void>();

  constructor(place: NodeClientPlace) {
    this.#place = place;
  }

  /** Calls `ear` with each accepted publish from now on, in order. Ends with the function that it returns. */
  hear(ear: (heard: HeardPublish) => void): () => void {
    this.#ears.add(ear);
    // A node that listens to nothing pays nothing.
    this.#place.aedes.onHeard = (packet, client) => this.#heard(packet, client);
    return () => {
      this.#ears.delete(ear);
      if (this.#ears.size === 0) this.#place.aedes.onHeard = undefined;
    };
  }

  /** Calls `listener` with what is refused to clients, from now on. */
  onRefused(listener: (refused: RefusedPublish) => void): void {
    this.#refusals.add(listener);
  }

  /** For the broker, to say so. */
  refused(refused: RefusedPublish): void {
    for (const listener of this.#refusals) listener(refused);
  }

  /**
   * Publishes to this broker's clients and, below the bridged roots, to those of other nodes. Throws
   * `payload_too_large`, and `storage_failed` when it could not be kept.
   */
  async publish(
    topic: string,
    payload: Uint8Array | string,
    { qos, retain }: NodePublishOptions,
  ): Promise<void> {
    const { aedes, persistence, bridge } = this.#place;
    if (aedes.closed) throw new BothyError('internal', 'The broker is stopping.');
    const bytes = Buffer.from(payload);
    if (bytes.length > limits.envelopeBytes) {
      throw new BothyError('payload_too_large', `A message has ${limits.envelopeBytes} bytes at most.`);
    }
    const packet: PublishPacket = { cmd: 'publish', topic, payload: bytes, qos, retain, dup: false };
    // Another node has said something newer about this topic.
    if (bridge?.admits(packet) === false) return;
    if (qos === 0 && !retain) return aedes.publishOwn(packet);
    const kept = numbered(aedes, packet);
    // It goes on at once, for what is said later must not overtake it; durable is what the caller waits for.
    const accepted = qos === 0 ? undefined : await persistence.acceptForwarded(kept);
    aedes.publishOwn(kept);
    await accepted?.safe;
  }

  /** What is retained on the topics that a filter matches, now. */
  async retained(filter: string): Promise<readonly RetainedPublish[]> {
    const found: RetainedPublish[] = [];
    for await (const packet of this.#place.persistence.createRetainedStreamCombi([filter])) {
      const { topic, payload } = packet as PublishPacket;
      if (payload.length > 0) found.push({ topic, payload: payload as Buffer });
    }
    return found;
  }

  #heard({ topic, payload, retain }: PublishPacket, client: Client | 'node' | 'bridge' | null): void {
    // What was refused goes to such a topic, and what Aedes says of itself.
    if (topic.startsWith('$')) return;
    const from = this.#from(client);
    if (from === undefined) return;
    const heard = { topic, payload: payload as Buffer, retain, from };
    for (const ear of this.#ears) ear(heard);
  }

  /** Undefined for what Aedes says about itself. */
  #from(client: Client | 'node' | 'bridge' | null): HeardPublish['from'] | undefined {
    if (client === 'node' || client === 'bridge') return { kind: client };
    if (client === null) return undefined;
    const principal = this.#place.visitorOf(client)?.principal;
    return principal === undefined ? undefined : { kind: 'client', client: client.id, principal };
  }
}
