/** Aedes, with an ear for what is published: once for each message, whatever its quality of service, last wills too. */
import type { PublishPacket } from 'aedes';
import { ForwardingAedes } from '../forwarding-aedes.ts';

type Publish = (packet: PublishPacket, ...rest: readonly unknown[]) => void;

export class BridgedAedes extends ForwardingAedes {
  /** Called with what this node's clients, and their last wills, have published. */
  onPublished: ((packet: PublishPacket) => void) | undefined;

  /** Aedes itself calls it with the client as second of three, which its types do not say. */
  override publish(packet: PublishPacket, ...rest: readonly unknown[]): void {
    (super.publish as Publish).call(this, packet, ...rest);
    this.onPublished?.(packet);
  }

  /** Publishes what another node has sent, which goes no further. */
  publishBridged(packet: PublishPacket, done: () => void): void {
    super.publish(packet, done);
  }
}
