/** Devices that send as fast as they are acknowledged, a bounded number in flight. */
import { topics } from '@bothy/wire';
import { readingPayload } from './paths.ts';
import { RawMqtt } from './raw-mqtt.ts';

export const deviceCount = 25;
/** Those that a fresh node has rules for; with values that break none. */
const sensors = [
  { name: 'temperature', value: 20 },
  { name: 'humidity', value: 55 },
  { name: 'light', value: 400 },
  { name: 'airquality', value: 500 },
] as const;

export const series: readonly string[] = Array.from({ length: deviceCount }, (_, at) =>
  sensors.map(({ name }) => `${deviceName(at)}/${name}`),
).flat();

/** Of each device. All together: what a broker has in hand at any time. */
const inFlight = 20;

/** The devices of one broker; they stay connected. */
export class Publishers {
  readonly #devices: readonly Publisher[];

  private constructor(devices: readonly Publisher[]) {
    this.#devices = devices;
  }

  static async open(port: number): Promise<Publishers> {
    const names = Array.from({ length: deviceCount }, (_, at) => deviceName(at));
    return new Publishers(await Promise.all(names.map((name) => Publisher.open(port, name))));
  }

  /** Resolves once everything is acknowledged, with how many there were. */
  async send(seconds: number): Promise<number> {
    const untilMs = performance.now() + seconds * 1_000;
    const counts = await Promise.all(this.#devices.map((device) => device.send(untilMs)));
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

class Publisher {
  readonly #client: RawMqtt;
  readonly #name: string;
  /** Of all times, so that no two readings are the same. */
  #count = 0;

  private constructor(client: RawMqtt, name: string) {
    this.#client = client;
    this.#name = name;
  }

  static async open(port: number, name: string): Promise<Publisher> {
    return new Publisher(await RawMqtt.open(port, name), name);
  }

  send(untilMs: number): Promise<number> {
    const client = this.#client;
    let sent = 0;
    let acknowledged = 0;
    return new Promise((resolve) => {
      const refill = (): void => {
        const isOver = performance.now() >= untilMs;
        if (isOver && sent === acknowledged) resolve(sent);
        while (!isOver && sent - acknowledged < inFlight) {
          this.#publish();
          sent += 1;
        }
      };
      client.onPacket = ({ cmd }) => {
        if (cmd === 'puback') acknowledged += 1;
      };
      client.onDrained = refill;
      refill();
    });
  }

  #publish(): void {
    this.#count += 1;
    const { name, value } = sensors[this.#count % sensors.length] ?? sensors[0];
    const payload = readingPayload(this.#name, name, value + (this.#count % 4_000) / 1_000);
    const packet = {
      cmd: 'publish',
      qos: 1,
      dup: false,
      retain: false,
      messageId: (this.#count % 60_000) + 1,
    };
    this.#client.send({ ...packet, cmd: 'publish', qos: 1, topic: topics.reading(name), payload });
  }
}

function deviceName(at: number): string {
  return `device-${at + 1}`;
}
