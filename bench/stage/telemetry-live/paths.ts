/** Ways that a value takes from a device to whoever waits for it: through a node to a dashboard, or through a bare broker. */
import { isoTime, type TelemetryPayload, topics } from '@bothy/wire';
import { connectAsync, type MqttClient } from 'mqtt';
import { LiveClient } from './live-client.ts';
import type { MonitoringServers } from './servers.ts';

/** Milliseconds from the call of `publish` until who waits has parsed the value. */
export type Path = () => Promise<number>;

export interface OpenPath {
  readonly path: Path;
  stop(): Promise<void>;
}

/** The shortest that a subscriber may ask for. */
const everyMs = 100;
/** Between two samples of anybody: by then the interval is over, so that a tick leaves at once. */
const quietMs = everyMs + 5;
/** What has not come by then does not come. */
const lostMs = 10_000;
const sensor = 'temperature';
/** Above it the rules of a fresh node open an alarm; they close it below 29. */
const hot = 35;
const cool = 20;

export function readingPayload(node: string, name: string, value: number): string {
  const timestamp = isoTime(Date.now());
  const payload: TelemetryPayload = { sensor: name, value, timestamp, node, event: false, event_type: null };
  return JSON.stringify(payload);
}

/** A reading until it is on screen: in a tick that the dashboard has parsed. */
export async function screenPath({ of, httpPort }: MonitoringServers): Promise<OpenPath> {
  const device = await deviceOf(of.bothy.port);
  const live = await LiveClient.follow(httpPort, 'screen', {
    sensors: ['screened/*'],
    everyMs,
    alarms: false,
  });
  const values = countedValues(cool);
  return {
    path: async () => {
      await quiet();
      // A tick with an edge's counts has begun another interval.
      while (performance.now() < live.tickedMs + quietMs) await pause(1);
      const value = values();
      const seen = new Awaited();
      live.onTick = ({ readings }) => {
        if (readings.some(([, , , each]) => each === value)) seen.resolve();
      };
      return await timed(device, 'screened', value, seen);
    },
    stop: async () => {
      live.stop();
      await device.endAsync(true);
    },
  };
}

/** A value above the limit until the dashboard is told that its alarm is active; before the next one it has cleared. */
export async function alarmPath({ of, httpPort }: MonitoringServers): Promise<OpenPath> {
  const device = await deviceOf(of.bothy.port);
  const live = await LiveClient.follow(httpPort, 'guard', { sensors: [], alarms: true });
  const alarmIs = (active: boolean): Awaited => {
    const seen = new Awaited();
    live.onAlarm = ({ alarm, entry }) => {
      const isChange = entry?.kind === (active ? 'opened' : 'cleared');
      if (alarm.edge === 'guarded' && alarm.active === active && isChange) seen.resolve();
    };
    return seen;
  };
  const values = countedValues(hot);
  const cools = countedValues(cool);
  return {
    path: async () => {
      await quiet();
      const ms = await timed(device, 'guarded', values(), alarmIs(true));
      await timed(device, 'guarded', cools(), alarmIs(false));
      return ms;
    },
    stop: async () => {
      live.stop();
      await device.endAsync(true);
    },
  };
}

/**
 * Publish to subscriber, who parses the value and compares it, as a dashboard without a node would. With `keep` the
 * subscriber keeps the message first.
 */
export async function barePath(port: number, keep: (text: string) => void = () => {}): Promise<OpenPath> {
  const device = await deviceOf(port);
  const subscriber = await deviceOf(port);
  await subscriber.subscribeAsync('env/+/raw', { qos: 1 });
  let wanted = Number.NaN;
  let seen = new Awaited();
  subscriber.on('message', (_topic, payload) => {
    const text = payload.toString();
    const { value } = JSON.parse(text) as TelemetryPayload;
    if (value !== wanted) return;
    keep(text);
    seen.resolve();
  });
  const values = countedValues(hot);
  return {
    path: async () => {
      await quiet();
      wanted = values();
      seen = new Awaited();
      return await timed(device, 'bare', wanted, seen);
    },
    stop: async () => {
      await Promise.all([device.endAsync(true), subscriber.endAsync(true)]);
    },
  };
}

/** Something that happens once, and when it did. */
class Awaited {
  readonly #happened = Promise.withResolvers<number>();
  readonly atMs = this.#happened.promise;

  resolve(): void {
    this.#happened.resolve(performance.now());
  }
}

async function timed(device: MqttClient, node: string, value: number, seen: Awaited): Promise<number> {
  const lost = setTimeout(() => {
    process.stderr.write(`${node}: ${value} did not arrive within ${lostMs / 1_000} s\n`);
    process.exit(1);
  }, lostMs);
  const sentMs = performance.now();
  const sent = device.publishAsync(topics.reading(sensor), readingPayload(node, sensor, value), { qos: 1 });
  const ms = (await seen.atMs) - sentMs;
  clearTimeout(lost);
  // Its acknowledgement is not part of the next sample.
  await sent;
  return ms;
}

/** Each value once, so that an old one is not taken for it. */
function countedValues(from: number): () => number {
  let count = 0;
  return () => {
    count += 1;
    return from + (count % 4_000) / 1_000;
  };
}

function deviceOf(port: number): Promise<MqttClient> {
  return connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, protocolVersion: 4 });
}

const quiet = (): Promise<void> => pause(quietMs);

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
