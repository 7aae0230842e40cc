/**
 * What the broker keeps for clients that are away, in memory and bounded: retained messages, and the
 * subscriptions and messages of sessions that outlive their connection.
 *
 * Aedes stores every filter of a SUBSCRIBE packet for such a session, those that were refused too, and would then
 * deliver what they match at the next connection. So what is stored passes the rules here once more.
 */
import { Readable } from 'node:stream';
import type { Client, Subscription } from 'aedes';
import MemoryPersistence, { type ClientId, type StoredPacket } from 'aedes-persistence/asyncPersistence.js';
import { type WaitingLimits, WaitingMessages } from './waiting-messages.ts';

export interface PersistenceLimits extends WaitingLimits {
  /** Topics with a retained message; a new one beyond is delivered and not retained. */
  readonly retainedTopics: number;
  /** Sessions that outlive their connection; the one away longest is forgotten. */
  readonly sessions: number;
}

/** Enough for thousands of people on one node, and a few hundred megabytes at the very worst. */
export const defaultPersistenceLimits: PersistenceLimits = {
  retainedTopics: 10_000,
  sessions: 10_000,
  messagesPerSession: 1_000,
  bytesPerSession: 2 * 1024 * 1024,
  bytesInAll: 128 * 1024 * 1024,
};

export interface BoundedPersistenceOptions {
  readonly limits: PersistenceLimits;
  /** Whether a subscription of this client may be kept. */
  readonly maySubscribe: (client: Client, filter: string) => boolean;
  readonly isConnected: (clientId: string) => boolean;
  /** Called with how many messages a limit made be dropped. */
  readonly dropped: (messages: number) => void;
}

export class BoundedPersistence extends MemoryPersistence {
  readonly #options: BoundedPersistenceOptions;
  readonly #retained = new Set<string>();
  /** Client ids, the one that subscribed or came back last at the end. */
  readonly #sessions = new Set<string>();
  readonly #waiting: WaitingMessages;

  constructor(options: BoundedPersistenceOptions) {
    super();
    this.#options = options;
    this.#waiting = new WaitingMessages(options.limits);
  }

  override async storeRetained(packet: StoredPacket): Promise<void> {
    const { topic, payload } = packet;
    if (payload.length === 0) this.#retained.delete(topic);
    else if (!this.#retained.has(topic) && this.#retained.size >= this.#options.limits.retainedTopics) {
      this.#options.dropped(1);
      return;
    } else this.#retained.add(topic);
    await super.storeRetained(packet);
  }

  override async addSubscriptions(client: Client, subscriptions: readonly Subscription[]): Promise<void> {
    const { maySubscribe, isConnected, limits } = this.#options;
    const allowed = subscriptions.filter(({ topic }) => maySubscribe(client, topic));
    if (allowed.length === 0) return;
    this.#touch(client.id);
    await super.addSubscriptions(client, allowed);
    if (this.#sessions.size <= limits.sessions) return;
    const longestAway = [...this.#sessions].find((id) => !isConnected(id));
    if (longestAway !== undefined) await this.cleanSubscriptions({ id: longestAway });
  }

  override async subscriptionsByClient(client: ClientId): Promise<Subscription[]> {
    if (this.#sessions.has(client.id)) this.#touch(client.id);
    return await super.subscriptionsByClient(client);
  }

  /** Ends a session: with a clean connection of the same client, or because it was away longest. */
  override async cleanSubscriptions(client: ClientId): Promise<void> {
    this.#sessions.delete(client.id);
    this.#waiting.forget(client.id);
    await super.cleanSubscriptions(client);
  }

  override async outgoingEnqueue(session: { clientId: string }, packet: StoredPacket): Promise<void> {
    await this.outgoingEnqueueCombi([session], packet);
  }

  override async outgoingEnqueueCombi(
    sessions: readonly { clientId: string }[],
    packet: StoredPacket,
  ): Promise<void> {
    const dropped = sessions.map(({ clientId }) => this.#waiting.add(clientId, packet));
    const messages = dropped.reduce((sum, each) => sum + each, 0);
    if (messages > 0) this.#options.dropped(messages);
  }

  /** Never fails: what was dropped meanwhile is sent once, without waiting for it to be acknowledged. */
  override async outgoingUpdate(client: ClientId, packet: StoredPacket): Promise<void> {
    this.#waiting.sent(client.id, packet);
  }

  override async outgoingClearMessageId(
    client: ClientId,
    packet: StoredPacket,
  ): Promise<StoredPacket | undefined> {
    return this.#waiting.take(client.id, packet.messageId);
  }

  override outgoingStream(client: ClientId): Readable {
    return Readable.from(this.#waiting.of(client.id));
  }

  #touch(clientId: string): void {
    this.#sessions.delete(clientId);
    this.#sessions.add(clientId);
  }
}
