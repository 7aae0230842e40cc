/** One subscriber to all readings, who counts them. */
import type { QoS } from 'mqtt-packet';
import { RawMqtt } from './raw-mqtt.ts';

export type SubscriberQos = Extract<QoS, 0 | 1>;

export class Subscriber {
  readonly #client: RawMqtt;
  #wanted = Number.POSITIVE_INFINITY;
  #heard = 0;
  #complete = () => {};

  private constructor(client: RawMqtt, qos: SubscriberQos) {
    this.#client = client;
    client.onPacket = (packet) => {
      if (packet.cmd !== 'publish') return;
      this.#heard += 1;
      if (qos === 1 && packet.messageId !== undefined)
        client.send({ cmd: 'puback', messageId: packet.messageId });
    };
    client.onDrained = () => {
      if (this.#heard >= this.#wanted) this.#complete();
    };
  }

  static async open(port: number, qos: SubscriberQos): Promise<Subscriber> {
    const client = await RawMqtt.open(port, 'subscriber');
    const granted = client.next('suback');
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'env/+/raw', qos }] });
    await granted;
    return new Subscriber(client, qos);
  }

  /** Resolves once so many have come since the subscription; at once if they have. */
  async heard(count: number): Promise<void> {
    if (this.#heard >= count) return;
    const complete = new Promise<void>((resolve) => {
      this.#complete = resolve;
    });
    this.#wanted = count;
    await complete;
  }

  close(): void {
    this.#client.close();
  }
}
