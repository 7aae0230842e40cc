/** The messages that wait for each session until its client acknowledges them: while it is away, or slow. */
import type { AedesPublishPacket } from 'aedes';

export interface WaitingLimits {
  /** Messages that wait for one session. */
  readonly messagesPerSession: number;
  /** Their payloads. */
  readonly bytesPerSession: number;
  /** The payloads that wait for all sessions together. */
  readonly bytesInAll: number;
}

/** Where changes are written down; `order` numbers what waits, for all sessions together. */
export interface WaitingChanges {
  put(clientId: string, order: number, packet: AedesPublishPacket): void;
  remove(clientId: string, order: number): void;
}

interface Queue {
  readonly packets: AedesPublishPacket[];
  bytes: number;
}

export class WaitingMessages {
  readonly #limits: WaitingLimits;
  readonly #queues = new Map<string, Queue>();
  readonly #changes: WaitingChanges | undefined;
  readonly #orders = new WeakMap<AedesPublishPacket, number>();
  #lastOrder = 0;
  #bytes = 0;

  constructor(limits: WaitingLimits, changes?: WaitingChanges) {
    this.#limits = limits;
    this.#changes = changes;
  }

  /** Puts back what waited before a restart, in the order it had. */
  restore(clientId: string, order: number, packet: AedesPublishPacket): void {
    const queue = this.#queues.get(clientId) ?? { packets: [], bytes: 0 };
    this.#queues.set(clientId, queue);
    this.#append(queue, order, packet);
    this.#lastOrder = Math.max(this.#lastOrder, order);
  }

  /**
   * Adds a message; one that is too much takes the place of the oldest that was not sent yet, for signalling is
   * said again by whoever sent it. `put` writes it down. Returns how many messages were dropped, this one included.
   */
  add(clientId: string, packet: AedesPublishPacket, put = this.#changes?.put): number {
    const { messagesPerSession, bytesPerSession, bytesInAll } = this.#limits;
    const queue = this.#queues.get(clientId) ?? { packets: [], bytes: 0 };
    const size = sizeOf(packet);
    if (size > Math.min(bytesPerSession, bytesInAll)) return 1;
    let dropped = 0;
    while (
      queue.packets.length >= messagesPerSession ||
      queue.bytes + size > bytesPerSession ||
      this.#bytes + size > bytesInAll
    ) {
      const oldest = queue.packets.findIndex(({ messageId }) => messageId === undefined);
      if (oldest === -1) return dropped + 1;
      this.#remove(clientId, queue, oldest);
      dropped += 1;
    }
    this.#queues.set(clientId, queue);
    // Each client numbers it anew.
    const { cmd, brokerId, brokerCounter, topic, payload, qos, retain, dup } = packet;
    const own = { cmd, brokerId, brokerCounter, topic, payload, qos, retain, dup: dup ?? false };
    const unsent = { ...own, messageId: undefined } as object as AedesPublishPacket;
    this.#lastOrder += 1;
    this.#append(queue, this.#lastOrder, unsent);
    put?.(clientId, this.#lastOrder, unsent);
    return dropped;
  }

  /** Notes under which id a message was sent, or that its release has taken its place (QoS 2). */
  sent(clientId: string, packet: AedesPublishPacket): void {
    const packets = this.#queues.get(clientId)?.packets ?? [];
    const same = packets.find((each) => isSame(each, packet));
    if (same !== undefined) {
      Object.assign(same, { messageId: packet.messageId });
      // A message of QoS 1 may come twice, so its number need not outlive a restart.
      if (same.qos === 2) this.#changed(clientId, same);
      return;
    }
    const sent = packets.find(({ messageId }) => messageId === packet.messageId);
    // The payload stays counted until it is taken: a release is small, and it is for a moment.
    if (sent === undefined) return;
    Object.assign(sent, { cmd: packet.cmd });
    this.#changed(clientId, sent);
  }

  /** Takes out what was acknowledged under this id. */
  take(clientId: string, messageId: number | undefined): AedesPublishPacket | undefined {
    const queue = this.#queues.get(clientId);
    const index = queue?.packets.findIndex((each) => each.messageId === messageId) ?? -1;
    return queue === undefined || index === -1 ? undefined : this.#remove(clientId, queue, index);
  }

  /** In order of arrival; a copy. */
  of(clientId: string): AedesPublishPacket[] {
    return (this.#queues.get(clientId)?.packets ?? []).map((packet) => {
      const { cmd, messageId } = packet;
      // A release is nothing but its number.
      return (cmd as string) === 'pubrel' ? ({ cmd, messageId } as AedesPublishPacket) : packet;
    });
  }

  forget(clientId: string): void {
    for (const packet of this.#queues.get(clientId)?.packets ?? []) this.#removed(clientId, packet);
    this.#bytes -= this.#queues.get(clientId)?.bytes ?? 0;
    this.#queues.delete(clientId);
  }

  #append(queue: Queue, order: number, packet: AedesPublishPacket): void {
    this.#orders.set(packet, order);
    queue.packets.push(packet);
    queue.bytes += sizeOf(packet);
    this.#bytes += sizeOf(packet);
  }

  #changed(clientId: string, packet: AedesPublishPacket): void {
    const order = this.#orders.get(packet);
    if (order !== undefined) this.#changes?.put(clientId, order, packet);
  }

  #removed(clientId: string, packet: AedesPublishPacket): void {
    const order = this.#orders.get(packet);
    if (order !== undefined) this.#changes?.remove(clientId, order);
  }

  #remove(clientId: string, queue: Queue, index: number): AedesPublishPacket | undefined {
    const [removed] = queue.packets.splice(index, 1);
    const size = removed === undefined ? 0 : sizeOf(removed);
    if (removed !== undefined) this.#removed(clientId, removed);
    queue.bytes -= size;
    this.#bytes -= size;
    if (queue.packets.length === 0) this.#queues.delete(clientId);
    return removed;
  }
}

/** The broker numbers what it publishes. */
function isSame(one: AedesPublishPacket, other: AedesPublishPacket): boolean {
  return one.brokerId === other.brokerId && one.brokerCounter === other.brokerCounter;
}

function sizeOf({ payload }: AedesPublishPacket): number {
  return payload.length;
}
