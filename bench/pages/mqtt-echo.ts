/** A 200-byte message through the local broker and back, by MQTT at QoS 0: what chat without links would cost. */
import mqtt, { type MqttClient } from 'mqtt';
import { inTime, messageText } from './first-message.ts';

let client: MqttClient | undefined;

export const mqttEcho = {
  /** The page that echoes, or the one that asks. */
  async connect(url: string, echoes: boolean): Promise<void> {
    const connected = await mqtt.connectAsync(url, { clientId: `bench-${echoes}` });
    client = connected;
    await connected.subscribeAsync(echoes ? 'bench/ping' : 'bench/pong');
    if (echoes) connected.on('message', (_topic, payload) => void connected.publish('bench/pong', payload));
  },
  async roundTrips(count: number): Promise<number[]> {
    const asking = client;
    if (asking === undefined) throw new Error('connect first');
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const back = Promise.withResolvers<unknown>();
      asking.once('message', back.resolve);
      const sentMs = performance.now();
      asking.publish('bench/ping', messageText);
      await inTime('an echo through the broker', back.promise);
      times.push(performance.now() - sentMs);
    }
    return times;
  },
};
