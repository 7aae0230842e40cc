/**
 * Aedes that takes a message of QoS 1 without acknowledging it: its acknowledgement is owed by us. And whose stack
 * does not grow with the messages that wait.
 */
import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';

type Publish = (packet: PublishPacket, ...rest: readonly unknown[]) => void;

/** Who is connected, by client id; Aedes' types leave it out. */
interface Registry {
  readonly clients: Readonly<Record<string, Client | undefined>>;
  unregisterClient(client: Client): void;
}

/** A message is some ten calls deep where it has listeners, and a stack holds some ten thousand. */
const messagesPerTurn = 64;

export class ForwardingAedes extends Aedes {
  readonly #unacknowledged = new WeakSet<PublishPacket>();

  constructor(options?: AedesOptions) {
    super(options);
    let passed = 0;
    // Messages wait while a hundred are on their way. The end of one begins the next from within, so a few thousand
    // in a row that end at once, as those that nobody listens to do, overran the stack and ended the process.
    const leaveTheStack = (_packet: PublishPacket, done: () => void): void => {
      passed = (passed + 1) % messagesPerTurn;
      if (passed === 0) setImmediate(done);
      else done();
    };
    this.subscribe('#', leaveTheStack, () => {});
    const registry = this as unknown as Registry;
    const unregister = registry.unregisterClient.bind(this);
    // One that is still ending when its id connects anew would take the entry of the new connection with it.
    registry.unregisterClient = (client) => {
      if (registry.clients[client.id] === client) unregister(client);
    };
  }

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
