/** Aedes, with an ear for what is published: once for each message, whatever its quality of service, last wills too. */
import type { Client, PublishPacket } from 'aedes';
import { ForwardingAedes } from '../forwarding-aedes.ts';

type Publish = (packet: PublishPacket, ...rest: readonly unknown[]) => void;

export class BridgedAedes extends ForwardingAedes {
  /** Called with what this node's clients, and their last wills, have published. */
  onPublished: ((packet: PublishPacket) => void) | undefined;
  /** Called with everything that is published here, and by whom; null for the broker itself. */
  onHeard: ((packet: PublishPacket, by: Client | 'node' | 'bridge' | null) => void) | undefined;

  /** Aedes itself calls it with the client as second of three, which its types do not say. */
  override publish(packet: PublishPacket, ...rest: readonly unknown[]): void {
    (super.publish as Publish).call(this, packet, ...rest);
    this.onPublished?.(packet);
    if (this.onHeard === undefined) return;
    const [client] = rest;
    this.onHeard(packet, typeof client === 'object' ? (client as Client | null) : null);
  }

  /** Publishes what this node itself says, to its clients and to other nodes. */
  publishOwn(packet: PublishPacket): void {
    super.publish(packet, () => {});
    this.onPublished?.(packet);
    this.onHeard?.(packet, 'node');
  }

  /** Publishes what another node has sent, which goes no further. */
  publishBridged(packet: PublishPacket, done: () => void): void {
    super.publish(packet, done);
    this.onHeard?.(packet, 'bridge');
  }
}
