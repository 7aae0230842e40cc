/** What devices publish in tests of Monitor, with `mosquitto_pub`. Edges are processes of `tests/cluster/stage`. */
import { spawn } from 'node:child_process';

export interface PublishedReading {
  readonly sensor: string;
  readonly value: number;
  readonly node: string;
  readonly unit?: string;
  /** ISO 8601; without one it is of now. */
  readonly timestamp?: string;
}

/** Each as a line of `mosquitto_pub -l`, in their order; resolves once the broker has taken all. */
export async function publishReadings(
  mqttPort: number,
  readings: readonly PublishedReading[],
): Promise<void> {
  const bySensor = Map.groupBy(readings, ({ sensor }) => sensor);
  for (const [sensor, each] of bySensor) {
    const lines = each.map((reading) => JSON.stringify(reading)).join('\n');
    const child = spawn('mosquitto_pub', ['-p', `${mqttPort}`, '-q', '1', '-t', `env/${sensor}/raw`, '-l'], {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    child.stdin.end(`${lines}\n`);
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new Error(`mosquitto_pub ended with ${code}`);
  }
}

/** Readings of the past, one in so many seconds, as a device keeps them that was away. */
export function pastReadings(
  reading: Omit<PublishedReading, 'value' | 'timestamp'>,
  past: { readonly fromMs: number; readonly toMs: number; readonly everyMs: number },
  valueAt: (ms: number) => number,
): readonly PublishedReading[] {
  const count = Math.floor((past.toMs - past.fromMs) / past.everyMs);
  return Array.from({ length: count }, (_, at) => {
    const ms = past.fromMs + at * past.everyMs;
    return { ...reading, value: valueAt(ms), timestamp: new Date(ms).toISOString() };
  });
}
