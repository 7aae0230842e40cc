/**
 * What one other node is still to be told. State (a topic, a client) is queued by its key and read when it is sent, so
 * that however often it changes it waits once; messages are queued as they are, up to a bound. At most a window of it is
 * on its way unconfirmed; what was on its way when the link broke is sent again, and its number tells a double.
 */
import type { BridgedPublish, BridgeMessage } from '@bothy/wire';

export interface OutboxLimits {
  /** Messages that wait for one node. */
  readonly messages: number;
  /** Their payloads. */
  readonly bytes: number;
  /** A message that waited longer is not sent when the link is back. */
  readonly ageMs: number;
  /** Sent and not confirmed: messages and payload bytes. */
  readonly windowMessages: number;
  readonly windowBytes: number;
}

/** Signalling that is older than ten minutes has been said again, and an hour's worth of it is far below this. */
export const defaultOutboxLimits: OutboxLimits = {
  messages: 10_000,
  bytes: 8 * 1024 * 1024,
  ageMs: 10 * 60_000,
  windowMessages: 512,
  windowBytes: 1024 * 1024,
};

type Item =
  | {
      readonly kind: 'message';
      readonly number: number;
      readonly message: BridgedPublish;
      readonly atMs: number;
    }
  | { readonly kind: 'topic'; readonly topic: string }
  | { readonly kind: 'client'; readonly clientId: string };

export interface OutboxPorts {
  /** Hands a message to the link. */
  readonly send: (message: BridgeMessage) => void;
  /** The state of a topic; undefined when nothing is known of it any more. */
  readonly topic: (topic: string) => BridgeMessage | undefined;
  /** A client as it is connected here now; undefined when it is not. */
  readonly client: (clientId: string) => BridgeMessage | undefined;
  /** Called with how many messages a limit made be dropped. */
  readonly dropped: (messages: number) => void;
}

export class BridgeOutbox {
  readonly #ports: OutboxPorts;
  readonly #limits: OutboxLimits;
  #waiting = new Map<string, Item>();
  /** The messages among what waits, the oldest first. */
  readonly #messages = new Map<string, BridgedPublish>();
  #bytes = 0;
  #sent: { readonly item: Item; readonly sizeBytes: number }[] = [];
  #sentBytes = 0;
  #taken = 0;
  #lastNumber = 0;
  #isOpen = false;
  /** Clients that the other node has been told of. */
  readonly #told = new Set<string>();

  constructor(ports: OutboxPorts, limits: OutboxLimits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /** What waits to be sent or confirmed. */
  get size(): number {
    return this.#waiting.size + this.#sent.length;
  }

  addTopic(topic: string): void {
    this.#add(`t${topic}`, { kind: 'topic', topic });
  }

  addClient(clientId: string): void {
    const key = `c${clientId}`;
    // One that came and went while the link was down is nobody's affair; or these would never end.
    const isGone = this.#ports.client(clientId) === undefined;
    if (isGone && !this.#told.has(clientId)) this.#waiting.delete(key);
    else this.#add(key, { kind: 'client', clientId });
  }

  addMessage(message: BridgedPublish, nowMs: number): void {
    if (message.qos === 0 && !this.#isOpen) return;
    const size = message.payload.length;
    while (this.#messages.size >= this.#limits.messages || this.#bytes + size > this.#limits.bytes) {
      const [oldest] = this.#messages.keys();
      // What may be missed gives way to what waits already.
      if (oldest === undefined || message.qos === 0) return this.#ports.dropped(1);
      this.#drop(oldest);
      this.#ports.dropped(1);
    }
    this.#lastNumber += 1;
    const key = `m${this.#lastNumber}`;
    this.#messages.set(key, message);
    this.#bytes += size;
    this.#add(key, { kind: 'message', number: this.#lastNumber, message, atMs: nowMs });
  }

  /** The other node is to be told everything anew: these are all topics and clients. Messages that wait go first. */
  startOver(topics: Iterable<string>, clients: Iterable<string>): void {
    this.#told.clear();
    for (const [key, { kind }] of this.#waiting) if (kind !== 'message') this.#waiting.delete(key);
    for (const clientId of clients) this.addClient(clientId);
    for (const topic of topics) this.addTopic(topic);
  }

  /** The link is up, and the other node has said hello. */
  open(nowMs: number): void {
    for (const [key, item] of this.#waiting) {
      if (item.kind !== 'message' || nowMs - item.atMs <= this.#limits.ageMs) continue;
      this.#drop(key);
      this.#ports.dropped(1);
    }
    this.#taken = 0;
    this.#isOpen = true;
    this.#send();
  }

  /** The link is down. What was not confirmed comes before what waited, in its order. */
  close(): void {
    this.#isOpen = false;
    const again = [...this.#sent.map(({ item }) => item), ...this.#waiting.values()];
    this.#waiting = new Map();
    this.#messages.clear();
    this.#sent = [];
    this.#sentBytes = 0;
    this.#bytes = 0;
    for (const item of again) {
      if (item.kind !== 'message') this.#waiting.set(keyOf(item), item);
      else if (item.message.qos > 0) this.#putBack(item);
    }
  }

  /** The other node has taken in so many messages of this link session. A number that cannot be is ignored. */
  confirm(count: number): void {
    const confirmed = count - this.#taken;
    if (!this.#isOpen || confirmed <= 0 || confirmed > this.#sent.length) return;
    this.#taken = count;
    for (const { sizeBytes } of this.#sent.splice(0, confirmed)) this.#sentBytes -= sizeBytes;
    this.#send();
  }

  #putBack(item: Extract<Item, { kind: 'message' }>): void {
    const key = keyOf(item);
    this.#waiting.set(key, item);
    this.#messages.set(key, item.message);
    this.#bytes += item.message.payload.length;
  }

  #add(key: string, item: Item): void {
    // State that waits already is read when it is sent, and keeps its place.
    if (!this.#waiting.has(key)) this.#waiting.set(key, item);
    this.#send();
  }

  #drop(key: string): void {
    this.#bytes -= this.#messages.get(key)?.payload.length ?? 0;
    this.#messages.delete(key);
    this.#waiting.delete(key);
  }

  #send(): void {
    if (!this.#isOpen) return;
    const { windowMessages, windowBytes } = this.#limits;
    for (const [key, item] of this.#waiting) {
      if (this.#sent.length >= windowMessages || this.#sentBytes >= windowBytes) return;
      if (item.kind === 'message') this.#drop(key);
      else this.#waiting.delete(key);
      const message = this.#read(item);
      if (message === undefined) continue;
      const sizeBytes = 'message' in message ? message.message.payload.length : 0;
      this.#sent.push({ item, sizeBytes });
      this.#sentBytes += sizeBytes;
      this.#ports.send(message);
    }
  }

  #read(item: Item): BridgeMessage | undefined {
    if (item.kind === 'message') return { kind: 'publish', number: item.number, message: item.message };
    if (item.kind === 'topic') return this.#ports.topic(item.topic);
    const { clientId } = item;
    const client = this.#ports.client(clientId);
    if (client === undefined) this.#told.delete(clientId);
    else this.#told.add(clientId);
    return client ?? { kind: 'clientGone', clientId };
  }
}

function keyOf(item: Item): string {
  if (item.kind === 'message') return `m${item.number}`;
  return item.kind === 'topic' ? `t${item.topic}` : `c${item.clientId}`;
}
