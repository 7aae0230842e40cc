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

interface Queue {
  readonly packets: AedesPublishPacket[];
  bytes: number;
}

export class WaitingMessages {
  readonly #limits: WaitingLimits;
  readonly #queues = new Map<string, Queue>();
  #bytes = 0;

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
  }

  /**
   * Adds a message; one that is too much takes the place of the oldest that was not sent yet, for signalling is
   * said again by whoever sent it. Returns how many messages were dropped, this one included.
   */
  add(clientId: string, packet: AedesPublishPacket): number {
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
    const { messageId: _publishersOwn, ...unsent } = packet;
    queue.packets.push(unsent);
    queue.bytes += size;
    this.#bytes += size;
    return dropped;
  }

  /** Notes under which id a message was sent, or that its release has taken its place (QoS 2). */
  sent(clientId: string, packet: AedesPublishPacket): void {
    const packets = this.#queues.get(clientId)?.packets ?? [];
    const same = packets.find((each) => isSame(each, packet));
    if (same !== undefined) {
      Object.assign(same, { messageId: packet.messageId });
      return;
    }
    const sent = packets.find(({ messageId }) => messageId === packet.messageId);
    // The payload stays counted until it is taken: a release is small, and it is for a moment.
    if (sent !== undefined) Object.assign(sent, { cmd: packet.cmd });
  }

  /** Takes out what was acknowledged under this id. */
  take(clientId: string, messageId: number | undefined): AedesPublishPacket | undefined {
    const queue = this.#queues.get(clientId);
    const index = queue?.packets.findIndex((each) => each.messageId === messageId) ?? -1;
    return queue === undefined || index === -1 ? undefined : this.#remove(clientId, queue, index);
  }

  /** In order of arrival; a copy. */
  of(clientId: string): AedesPublishPacket[] {
    return [...(this.#queues.get(clientId)?.packets ?? [])];
  }

  forget(clientId: string): void {
    this.#bytes -= this.#queues.get(clientId)?.bytes ?? 0;
    this.#queues.delete(clientId);
  }

  #remove(clientId: string, queue: Queue, index: number): AedesPublishPacket | undefined {
    const [removed] = queue.packets.splice(index, 1);
    const size = removed === undefined ? 0 : sizeOf(removed);
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
