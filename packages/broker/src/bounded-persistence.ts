/**
 * What the broker keeps for clients that are away, bounded: retained messages, last wills, and the subscriptions
 * and messages of sessions that outlive their connection. It answers from memory; with a journal every change is
 * written down as well, and what was written is there again after a restart.
 *
 * Aedes stores every filter of a SUBSCRIBE packet for such a session, those that were refused too, and would then
 * deliver what they match at the next connection. So what is stored passes the rules here once more.
 */
import { Readable } from 'node:stream';
import type { Subscription } from 'aedes';
import MemoryPersistence, { type ClientId, type StoredPacket } from 'aedes-persistence/asyncPersistence.js';
import {
  keyOf,
  packetHeader,
  toRanMs,
  toRetained,
  toSent,
  toSession,
  toSubscription,
  toWaiting,
  waitingRecord,
} from './kept-records.ts';
import type { BoundedPersistenceOptions } from './persistence-options.ts';
import type { Kept, SessionJournal } from './session-journal.ts';
import { SessionRegister } from './session-register.ts';
import { type WaitingChanges, WaitingMessages } from './waiting-messages.ts';

export class BoundedPersistence extends MemoryPersistence {
  readonly #options: BoundedPersistenceOptions;
  readonly #journal: SessionJournal | undefined;
  readonly #retained = new Set<string>();
  readonly #sessions: SessionRegister;
  readonly #waiting: WaitingMessages;
  /** Last wills of clients whose connections ended with the node's last run. */
  readonly #orphanWills = new Map<string, StoredPacket>();
  readonly #willsOfThisRun = new Set<string>();
  /** Keys of half-received messages of QoS 2, by client. */
  readonly #incoming = new Map<string, Set<string>>();
  /** What was accepted before Aedes came to publish it, by the broker's number. */
  readonly #accepted = new Set<number>();
  /** Messages of QoS 2 that are to be accepted when Aedes stores them as received. */
  readonly #expected = new WeakSet<StoredPacket>();

  constructor(options: BoundedPersistenceOptions) {
    super();
    this.#options = options;
    const journal = options.journal;
    this.#journal = journal;
    this.#sessions = new SessionRegister({ ...options });
    this.#waiting = new WaitingMessages(
      options.limits,
      journal && {
        put: (...message) => journal.put(...waitingRecord(...message)),
        remove: (clientId, order) => journal.remove('waiting', keyOf(clientId, order)),
      },
    );
  }

  /** Takes up what an earlier run wrote down. Throws `database_corrupt`. */
  async restore(records: readonly Kept[]): Promise<void> {
    const of = (kind: Kept['kind']): Kept[] => records.filter((record) => record.kind === kind);
    for (const record of of('clock')) this.#sessions.startAt(toRanMs(record));
    const sessions = of('session').map(toSession);
    sessions.sort((one, other) => one.awaySinceMs - other.awaySinceMs);
    for (const { clientId, awaySinceMs } of sessions) this.#sessions.restore(clientId, awaySinceMs);
    for (const record of of('retained')) {
      const retained = toRetained(record);
      this.#options.restored?.(retained);
      if (retained.packet.payload.length === 0) continue;
      this.#retained.add(retained.packet.topic);
      await super.storeRetained(retained.packet);
    }
    for (const record of of('subscription')) {
      const { clientId, subscription } = toSubscription(record);
      await super.addSubscriptions({ id: clientId }, [subscription]);
    }
    for (const record of of('incoming')) {
      const { clientId, packet } = toSent(record);
      this.#noteIncoming(clientId, packet);
      await super.incomingStorePacket({ id: clientId }, packet);
    }
    for (const record of of('will')) {
      const { clientId, packet } = toSent(record);
      this.#orphanWills.set(clientId, Object.assign(packet, { clientId }));
    }
    const waiting = of('waiting').map(toWaiting);
    waiting.sort((one, other) => one.order - other.order);
    for (const { clientId, order, packet } of waiting) this.#waiting.restore(clientId, order, packet);
  }

  /**
   * Keeps a message of QoS 1 before it is acknowledged; Aedes comes to publish it only afterwards. The broker's
   * number must be on it. Resolves when it is durable.
   */
  async accept(packet: StoredPacket): Promise<void> {
    await this.#take(packet);
    await this.#journal?.durable();
  }

  /**
   * As `accept`, for a message that is forwarded at once. Resolves, when it is kept in memory, to a promise of its
   * being safe: it is on the disk, or everybody it was for has it. Most never come to the disk, for who is there
   * acknowledges at once.
   */
  async acceptForwarded(packet: StoredPacket): Promise<{ readonly safe: Promise<void> }> {
    const journal = this.#journal;
    const unsafe: Promise<void>[] = [];
    await this.#take(packet, (clientId, ...message) => {
      if (journal === undefined) return;
      const record = waitingRecord(clientId, ...message);
      if (this.#options.isConnected(clientId)) unsafe.push(journal.putUnlessRemoved(...record));
      else journal.put(...record);
    });
    // Who is away has it in the next write, and a broken disk promises nothing.
    const safe = Promise.all([...unsafe, journal?.durable()]);
    // It may be over before anybody waits for it.
    safe.catch(() => {});
    return { safe: safe.then(() => undefined) };
  }

  /**
   * As `accept`, for a message of QoS 2, once Aedes has seen that it is no double and stores it as received: in one
   * write, for one that is noted as received and waits for nobody would be lost with a crash between the two.
   */
  acceptWhenReceived(packet: StoredPacket): void {
    this.#expected.add(packet);
  }

  async #take(packet: StoredPacket, put?: WaitingChanges['put']): Promise<void> {
    if (packet.retain) await this.storeRetained(packet);
    const sessions = await this.subscriptionsByTopic(packet.topic);
    this.#enqueue(sessions, packet, put);
    this.#accepted.add(packet.brokerCounter);
    // Aedes does not come for one whose publisher broke off before the acknowledgement.
    const [oldest] = this.#accepted;
    if (this.#accepted.size > maxAccepted && oldest !== undefined) this.#accepted.delete(oldest);
  }

  /** Of clients whose connections ended with the node's last run, and that have not come back. */
  orphanWills(): (StoredPacket & { readonly clientId: string })[] {
    return [...this.#orphanWills].map(([clientId, will]) => Object.assign(will, { clientId }));
  }

  /** Whether this is the will of a client whose connection ended with the node's last run. */
  isOrphanWill(packet: object): boolean {
    return [...this.#orphanWills.values()].some((will) => will === packet);
  }

  get kept(): { readonly away: number; readonly retained: number; readonly clientIds: readonly string[] } {
    return { away: this.#sessions.away, clientIds: this.#sessions.clientIds, retained: this.#retained.size };
  }

  connected(clientId: string): void {
    // What it left with its last connection; the will of this one is kept under the same key.
    const orphan = this.#orphanWills.get(clientId);
    if (orphan !== undefined && !this.#willsOfThisRun.has(clientId))
      this.#journal?.remove('will', keyOf(clientId));
    this.#orphanWills.delete(clientId);
    this.#sessions.touch(clientId);
  }

  disconnected(clientId: string): void {
    this.#sessions.touch(clientId);
  }

  /** Ends the sessions whose clients were away too long. To be called now and then. */
  async sweep(): Promise<void> {
    const expired = this.#sessions.expired();
    for (const id of expired) await this.#end(id);
    if (expired.length > 0) this.#options.expired(expired.length);
    this.#sessions.keepTime();
  }

  /** Is durable when what is enqueued after it is: a retained message of QoS 0 is promised to nobody. */
  override async storeRetained(packet: StoredPacket): Promise<void> {
    if (this.#accepted.has(packet.brokerCounter)) return;
    const { topic, payload } = packet;
    // Statistics are of this run, and anew in ten seconds: they never come to the disk.
    if (topic.startsWith('$')) return await super.storeRetained(packet);
    const version = this.#options.version?.(topic);
    if (payload.length === 0) {
      this.#retained.delete(topic);
      if (version === undefined) this.#journal?.remove('retained', keyOf(topic));
      else this.#journal?.put('retained', keyOf(topic), { ...packetHeader(packet), ...version });
    } else if (!this.#retained.has(topic) && this.#retained.size >= this.#options.limits.retainedTopics) {
      this.#options.dropped(1);
      return;
    } else {
      this.#retained.add(topic);
      const header = { ...packetHeader(packet), ...version };
      this.#journal?.put('retained', keyOf(topic), header, payload as Buffer);
    }
    await super.storeRetained(packet);
  }

  /** That a topic was cleared need not be remembered any more. */
  forgetCleared(topic: string): void {
    this.#journal?.remove('retained', keyOf(topic));
  }

  override async addSubscriptions(client: ClientId, subscriptions: readonly Subscription[]): Promise<void> {
    const { maySubscribe, limits } = this.#options;
    const allowed = subscriptions.filter(({ topic }) => maySubscribe(client, topic));
    if (allowed.length === 0) return;
    this.#sessions.add(client.id);
    for (const { topic, qos } of allowed) {
      const header = { clientId: client.id, topic, qos };
      this.#journal?.put('subscription', keyOf(client.id, topic), header);
    }
    await super.addSubscriptions(client, allowed);
    if (this.#sessions.size > limits.sessions) {
      const longestAway = this.#sessions.longestAway();
      if (longestAway !== undefined) await this.#end(longestAway);
    }
    await this.#journal?.durable();
  }

  override async removeSubscriptions(client: ClientId, filters: readonly string[]): Promise<void> {
    for (const filter of filters) this.#journal?.remove('subscription', keyOf(client.id, filter));
    await super.removeSubscriptions(client, filters);
    await this.#journal?.durable();
  }

  override async subscriptionsByClient(client: ClientId): Promise<Subscription[]> {
    if (this.#sessions.isExpired(client.id)) {
      await this.#end(client.id);
      this.#options.expired(1);
    }
    this.#sessions.touch(client.id);
    return await super.subscriptionsByClient(client);
  }

  /** Ends a session: with a clean connection of the same client, or because it was away longest. */
  override async cleanSubscriptions(client: ClientId): Promise<void> {
    if (this.#journal !== undefined) {
      for (const { topic } of await super.subscriptionsByClient(client)) {
        this.#journal.remove('subscription', keyOf(client.id, topic));
      }
    }
    this.#sessions.remove(client.id);
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
    if (this.#accepted.delete(packet.brokerCounter)) return;
    this.#enqueue(sessions, packet);
    // Also when nothing was added: messages that wait for the disk are not to be overtaken.
    await this.#journal?.durable();
  }

  #enqueue(
    sessions: readonly { clientId: string }[],
    packet: StoredPacket,
    put?: WaitingChanges['put'],
  ): void {
    const dropped = sessions.map(({ clientId }) => this.#waiting.add(clientId, packet, put));
    const messages = dropped.reduce((sum, each) => sum + each, 0);
    if (messages > 0) this.#options.dropped(messages);
  }

  /** Never fails: what was dropped meanwhile is sent once, without waiting for it to be acknowledged. */
  override async outgoingUpdate(client: ClientId, packet: StoredPacket): Promise<void> {
    this.#waiting.sent(client.id, packet);
    if (packet.qos !== 1) await this.#journal?.durable();
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

  override async incomingStorePacket(client: ClientId, packet: StoredPacket): Promise<void> {
    await super.incomingStorePacket(client, packet);
    if (this.#expected.has(packet)) await this.#take(packet);
    this.#noteIncoming(client.id, packet);
    const header = { ...packetHeader(packet), clientId: client.id };
    this.#journal?.put('incoming', incomingKey(client, packet), header, packet.payload as Buffer);
    await this.#journal?.durable();
  }

  override async incomingDelPacket(client: ClientId, packet: StoredPacket): Promise<void> {
    await super.incomingDelPacket(client, packet);
    const key = incomingKey(client, packet);
    this.#incoming.get(client.id)?.delete(key);
    this.#journal?.remove('incoming', key);
  }

  override async cleanIncoming(client: ClientId): Promise<void> {
    for (const key of this.#incoming.get(client.id) ?? []) this.#journal?.remove('incoming', key);
    this.#incoming.delete(client.id);
    await super.cleanIncoming(client);
  }

  #noteIncoming(id: string, packet: StoredPacket): void {
    const keys = this.#incoming.get(id) ?? new Set();
    this.#incoming.set(id, keys.add(incomingKey({ id }, packet)));
  }

  override async putWill(client: ClientId, packet: StoredPacket): Promise<void> {
    await super.putWill(client, packet);
    this.#willsOfThisRun.add(client.id);
    if (this.#journal === undefined || !this.#options.mayPublish(client, packet)) return;
    const header = { ...packetHeader(packet), cmd: 'publish', clientId: client.id };
    this.#journal.put('will', keyOf(client.id), header, packet.payload as Buffer);
    await this.#journal.durable();
  }

  override async delWill(client: ClientId): Promise<StoredPacket | undefined> {
    const orphan = this.#orphanWills.get(client.id);
    this.#orphanWills.delete(client.id);
    this.#willsOfThisRun.delete(client.id);
    this.#journal?.remove('will', keyOf(client.id));
    return (await super.delWill(client)) ?? orphan;
  }

  override streamWill(brokers: Readonly<Record<string, unknown>> = {}): Readable {
    return Readable.from(this.#wills(super.streamWill(brokers)));
  }

  async *#wills(ofThisRun: Readable): AsyncGenerator<unknown> {
    yield* this.#orphanWills.values();
    yield* ofThisRun;
  }

  async #end(id: string): Promise<void> {
    await this.cleanSubscriptions({ id });
    await this.cleanIncoming({ id });
  }
}

/** Far more than are ever between acknowledgement and delivery. */
const maxAccepted = 100_000;

function incomingKey(client: ClientId, { messageId }: StoredPacket): string {
  return keyOf(client.id, messageId ?? 0);
}
