/**
 * Numbers of messages, by which Aedes tells the doubles that come to one client through several of its filters. It takes
 * a lower number than the last one for a double as well; but a message of QoS 1 has its number before it waits for the
 * disk or its receivers, and others overtake it then. So each that may wait counts as from a broker of its own.
 */
import type { Client, PublishPacket } from 'aedes';
import type { StoredPacket } from 'aedes-persistence/asyncPersistence.js';
import type { BridgedAedes } from './bridge/bridged-aedes.ts';

/** Doubles come within one turn; this many messages hardly do. */
const maxRemembered = 100;

/** The same packet, with its number. */
export function numbered(aedes: BridgedAedes, packet: PublishPacket): StoredPacket {
  // Aedes numbers what has no number itself, and counts on from this.
  const numbering = aedes as unknown as { counter: number };
  numbering.counter += 1;
  const brokerCounter = numbering.counter;
  return Object.assign(packet, { brokerId: `${aedes.id}.${brokerCounter}`, brokerCounter }) as StoredPacket;
}

const remembered = new WeakMap<Client, string[]>();

/** Aedes has just noted that this message goes to this client: it forgets one of long ago. */
export function forgetOldDoubles(client: Client, packet: PublishPacket): void {
  const { qos, retain, brokerId } = packet as PublishPacket & { readonly brokerId?: string };
  if ((qos === 0 && !retain) || brokerId === undefined) return;
  const ids = remembered.get(client) ?? [];
  remembered.set(client, ids);
  ids.push(brokerId);
  const oldest = ids.length > maxRemembered ? ids.shift() : undefined;
  if (oldest !== undefined)
    delete (client as unknown as { duplicates: Record<string, number> }).duplicates[oldest];
}
