/** The bridge's hands: it hears what is published at this broker, and publishes here what other nodes send. */
import { mayRetain } from '@bothy/identity';
import { BothyError, type BridgedPublish, type BridgeMessage, type NodeId } from '@bothy/wire';
import type { Client, PublishPacket } from 'aedes';
import type { BoundedPersistence } from '../bounded-persistence.ts';
import type { toRetained } from '../kept-records.ts';
import { numbered } from '../message-number.ts';
import { Bridge, type BridgeCounts } from './bridge.ts';
import { defaultOutboxLimits, type OutboxLimits } from './bridge-outbox.ts';
import type { BridgedAedes } from './bridged-aedes.ts';
import type { RetainedRecord } from './retained-state.ts';
import { firstVersion, isBridged } from './retained-version.ts';

export interface BridgeOptions {
  readonly node: NodeId;
  /** Random per start: 1 to 64 characters of `[A-Za-z0-9_-]`. */
  readonly run: string;
  /**
   * Hands a message to the link with a node, in order. Called between `linkUp` and `linkDown` only; what it cannot send
   * it drops, and reports that the link is down. At most a window's worth is on its way: 512 messages or 1 MiB.
   */
  readonly send: (node: NodeId, message: BridgeMessage) => void;
  /** Unix milliseconds. */
  readonly wallMs: () => number;
  /** What waits for a node that is down, and what may be on its way. @default enough for hours of signalling */
  readonly outbox?: OutboxLimits;
}

/** What the cluster tells the broker, and what it may show of it. */
export interface NodeBridge {
  readonly counts: Readonly<BridgeCounts>;
  /** A link session with this node has begun: both sides call it, and then hear each other in order. */
  linkUp(node: NodeId): void;
  linkDown(node: NodeId): void;
  /** A message of the link session, checked for its shape. */
  receive(node: NodeId, message: BridgeMessage): void;
  /** The failure detector has given the node up, also one that was never seen in this run. */
  nodeDown(node: NodeId): void;
  /** The node does not come back. */
  forget(node: NodeId): void;
}

export interface BridgePlace {
  readonly aedes: BridgedAedes;
  readonly options: BridgeOptions;
  readonly persistence: BoundedPersistence;
  readonly retainedTopics: number;
  /** Where it is told that the disk takes nothing any more. */
  readonly failed: (thrown: unknown) => void;
}

/** Messages of other nodes that this broker's clients have yet to be sent; then the links wait too. */
const maxUnsent = 256;

export class BrokerBridge implements NodeBridge {
  readonly #place: BridgePlace;
  readonly #bridge: Bridge;
  /** Each client that is connected, for its successor's connection may begin before its own has ended. */
  readonly #clients = new Map<string, Client>();
  /** The last message of each node, until it has been published, and until it may be confirmed. */
  readonly #lines = new Map<
    NodeId,
    { readonly published: Promise<unknown>; readonly confirmed: Promise<void> }
  >();
  readonly #stuck = new Set<NodeId>();
  #unsent = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(place: BridgePlace) {
    this.#place = place;
    const { node, run, send, outbox = defaultOutboxLimits } = place.options;
    const { retainedTopics, persistence } = place;
    this.#bridge = new Bridge(
      { node, run, outbox, retainedTopics },
      {
        send,
        forgotten: (topic) => persistence.forgetCleared(topic),
        endClient: (clientId) => this.#clients.get(clientId)?.close(),
        deliver: (from, session, message) => this.#deliver(from, session, message),
      },
    );
  }

  get counts(): Readonly<BridgeCounts> {
    return this.#bridge.counts;
  }

  /** What is to be written down beside what is retained on a topic. */
  noteOf(topic: string): Pick<RetainedRecord, 'version' | 'retired'> | undefined {
    const record = this.#bridge.recordOf(topic);
    return record && { version: record.version, retired: record.retired };
  }

  /** Takes up what an earlier run retained. */
  restore({ packet, version, retired }: ReturnType<typeof toRetained>): void {
    const message = { ...plain(packet), retain: true };
    if (!isBridged(message.topic)) return;
    const { node } = this.#place.options;
    this.#bridge.restore({ message, retired, version: version ?? firstVersion(message, node) });
  }

  /** False when what a client wants to retain is older than what is. */
  admits(packet: PublishPacket): boolean {
    return !packet.retain || this.#bridge.admits(plain(packet), this.#now());
  }

  connected(client: Client, mayPublish: (will: PublishPacket) => boolean): void {
    this.#clients.set(client.id, client);
    const { will } = client as { readonly will?: PublishPacket | null };
    const kept =
      will && mayPublish(will) ? { ...plain(will), retain: will.retain && mayRetain(will.topic) } : undefined;
    this.#bridge.clientConnected(client.id, kept, this.#now());
  }

  disconnected(client: Client): void {
    if (this.#clients.get(client.id) !== client) return;
    this.#clients.delete(client.id);
    this.#bridge.clientGone(client.id);
  }

  linkUp(node: NodeId): void {
    // A node alone pays nothing for what it could pass on.
    this.#place.aedes.onPublished ??= (packet) => this.#bridge.published(plain(packet), this.#now());
    this.#bridge.linkUp(node);
  }

  linkDown(node: NodeId): void {
    this.#bridge.linkDown(node);
  }

  receive(node: NodeId, message: BridgeMessage): void {
    this.#bridge.receive(node, message, this.#now());
  }

  nodeDown(node: NodeId): void {
    this.#bridge.nodeDown(node);
  }

  forget(node: NodeId): void {
    this.#bridge.forget(node);
    this.#lines.delete(node);
  }

  #deliver(node: NodeId, session: number, message: BridgedPublish | undefined): void {
    const line = this.#lines.get(node) ?? { published: Promise.resolve(), confirmed: Promise.resolve() };
    const published = line.published.then(() => (message === undefined ? undefined : this.#publish(message)));
    // What is neither on the disk nor with everybody is not confirmed: then the other node keeps it.
    const confirmed = Promise.all([line.confirmed, published.then((kept) => kept?.safe)]).then(() =>
      this.#bridge.taken(node, session),
    );
    const failed = (thrown: unknown): void => this.#failed(node, thrown);
    this.#lines.set(node, { published: published.then(() => {}, failed), confirmed });
    confirmed.catch(failed);
  }

  /** Nothing of that node is confirmed any more, so that it sends no more than a window. */
  #failed(node: NodeId, thrown: unknown): void {
    if (this.#stuck.has(node) || this.#place.aedes.closed) return;
    this.#stuck.add(node);
    this.#place.failed(thrown);
  }

  /** In the order of the calls for a node. Resolves, when it is on its way, to a promise of its being safe. */
  async #publish({
    topic,
    payload,
    qos,
    retain,
  }: BridgedPublish): Promise<{ readonly safe: Promise<void> } | undefined> {
    while (this.#unsent >= maxUnsent) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const { aedes, persistence } = this.#place;
    if (aedes.closed) throw new BothyError('internal', 'The broker is stopping.');
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    const packet = { cmd: 'publish', topic, payload: bytes, qos, retain, dup: false } as const;
    if (qos === 0 && !retain) {
      this.#send(packet);
      return undefined;
    }
    const kept = numbered(aedes, packet);
    const accepted = qos === 0 ? undefined : await persistence.acceptForwarded(kept);
    this.#send(kept);
    return accepted;
  }

  #send(packet: PublishPacket): void {
    this.#unsent += 1;
    this.#place.aedes.publishBridged(packet, () => {
      this.#unsent -= 1;
      this.#waiting.shift()?.();
    });
  }

  #now(): number {
    return this.#place.options.wallMs();
  }
}

/** What outlives the packet. */
function plain({ topic, payload, qos, retain }: PublishPacket): BridgedPublish {
  return { topic, payload: payload as Buffer, qos, retain };
}
