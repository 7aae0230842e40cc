/** Aedes that takes a message of QoS 1 without acknowledging it: its acknowledgement is owed by us. */
import { Aedes, type PublishPacket } from 'aedes';

type Publish = (packet: PublishPacket, ...rest: readonly unknown[]) => void;

export class ForwardingAedes extends Aedes {
  readonly #unacknowledged = new WeakSet<PublishPacket>();

  /** To be called while a message of QoS 1 is authorized: it goes on as one, and is not acknowledged. */
  leaveUnacknowledged(packet: PublishPacket): void {
    // Aedes looks at this once more before it publishes, and acknowledges nothing of QoS 0.
    packet.qos = 0;
    this.#unacknowledged.add(packet);
  }

  /** Aedes itself calls it with the client as second of three, which its types do not say. */
  override publish(packet: PublishPacket, ...rest: readonly unknown[]): void {
    if (this.#unacknowledged.delete(packet)) packet.qos = 1;
    (super.publish as Publish).call(this, packet, ...rest);
  }
}
