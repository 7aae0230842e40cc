/**
 * What becomes of what clients publish: whether it passes, what is kept of it before anything is said of it, and when
 * it is acknowledged. A refused publish is acknowledged, dropped, counted and logged; closing the connection would make
 * a QoS 1 client send it again for ever (design, section 5).
 */
import { type AccessContext, mayRetain } from '@bothy/identity';
import { BothyError } from '@bothy/wire';
import type { Client, PublishPacket } from 'aedes';
import type { BoundedPersistence } from './bounded-persistence.ts';
import type { BridgedAedes } from './bridge/bridged-aedes.ts';
import type { BrokerBridge } from './bridge/broker-bridge.ts';
import type { BrokerCounts } from './broker-options.ts';
import { numbered } from './message-number.ts';
import { OwedAcknowledgements } from './owed-acknowledgements.ts';
import { forgeryRefusal, publishRefusal, rateRefusal } from './publish-refusal.ts';
import { maxTopicChars, type Visitor } from './visitor.ts';

/** Where refused publishes go: a topic that the access rules let nobody subscribe to. */
const refusedTopic = '$refused';

export interface PublishDeskOptions {
  readonly aedes: BridgedAedes;
  readonly persistence: BoundedPersistence;
  readonly bridge: BrokerBridge | undefined;
  readonly visitorOf: (client: object) => Visitor | undefined;
  readonly access: AccessContext | undefined;
  readonly count: (name: keyof BrokerCounts) => void;
  readonly warn: (client: Client, sentence: string) => void;
  /** A publish was dropped, and why. */
  readonly refused: (client: Client, packet: PublishPacket, reason: string) => void;
  /** Logs why a connection ends, once. */
  readonly logEnd: (client: Client, sentence: string) => void;
  readonly monoMs: () => number;
}

export class PublishDesk {
  readonly #options: PublishDeskOptions;
  readonly #owed: OwedAcknowledgements;

  constructor(options: PublishDeskOptions) {
    this.#options = options;
    this.#owed = new OwedAcknowledgements((client, error) => {
      options.logEnd(client, `connection ended: ${error.message}`);
      client.emit('error', error);
    });
  }

  /**
   * Lets the packet pass, or turns it into one that reaches nobody and is acknowledged all the same. What is to be
   * kept is kept here, before anything is said of it: Aedes acknowledges or forwards when this is done.
   */
  async authorize(client: Client | null, packet: PublishPacket): Promise<void> {
    const { aedes, persistence, bridge, count, logEnd } = this.#options;
    // It says that its publisher sent it before; for its receivers it is the first time (MQTT-3.3.1-3).
    packet.dup = false;
    if (packet.retain) packet.retain = mayRetain(packet.topic, this.#options.access);
    if (this.#isRefused(client, packet) || bridge?.admits(packet) === false) {
      packet.topic = refusedTopic;
      packet.payload = Buffer.alloc(0);
      packet.retain = false;
      return;
    }
    count('published');
    if (packet.qos === 0 && !packet.retain) return;
    const kept = numbered(aedes, packet);
    if (packet.qos === 0) return;
    if (packet.qos === 2 && client !== null) return persistence.acceptWhenReceived(kept);
    try {
      if (client !== null && !client.closed && packet.messageId !== undefined) {
        const { safe } = await persistence.acceptForwarded(kept);
        await this.#owed.owe(client, packet.messageId, safe);
        return aedes.leaveUnacknowledged(packet);
      }
      await persistence.accept(kept);
    } catch (thrown) {
      if (client !== null) logEnd(client, `connection ended: ${BothyError.from(thrown).message}`);
      throw thrown;
    }
  }

  /** Whether a client may leave this last will. */
  mayLeave(client: object, will: PublishPacket): boolean {
    const visitor = this.#options.visitorOf(client);
    return (publishRefusal(visitor, will) ?? forgeryRefusal(visitor, will)) === undefined;
  }

  /** Other nodes are not to hear first that those were online who went with this one's last run. */
  async publishOrphanWills(): Promise<void> {
    const { aedes, persistence } = this.#options;
    for (const will of persistence.orphanWills()) {
      await this.authorize(null, will);
      aedes.publish(will, () => {});
      await persistence.delWill({ id: will.clientId });
    }
  }

  /** Counts and logs what is. */
  #isRefused(client: Client | null, packet: PublishPacket): boolean {
    const { persistence, visitorOf, monoMs, count, warn, refused } = this.#options;
    // It was allowed when its client left it.
    if (client === null && persistence.isOrphanWill(packet)) return false;
    const visitor = client === null ? undefined : visitorOf(client);
    // A client that has gone publishes no more than its last will.
    const paced = client === null || client.closed ? undefined : visitor;
    const refusal =
      publishRefusal(visitor, packet) ??
      rateRefusal(paced, packet, monoMs()) ??
      forgeryRefusal(visitor, packet);
    if (refusal === undefined) return false;
    count(refusal.count);
    if (client !== null && !refusal.quiet) {
      warn(client, `publish to ${packet.topic.slice(0, maxTopicChars)} refused: ${refusal.reason}`);
      refused(client, packet, refusal.reason);
    }
    return true;
  }
}
