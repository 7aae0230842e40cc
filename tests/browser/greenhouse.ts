/** What is measured in tests of Monitor: an edge as its own process, and devices that publish with `mosquitto_pub`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

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

export interface EdgeProcess {
  stop(): Promise<void>;
}

const bothy = fileURLToPath(new URL('../../bothy.mjs', import.meta.url));

/** `bothy edge` with this configuration (YAML without broker and data); resolves once it is connected. */
export async function startEdgeProcess(
  mqttPort: number,
  dataFolder: string,
  yaml: string,
): Promise<EdgeProcess> {
  const config = join(dataFolder, 'edge.yaml');
  await writeFile(config, `broker: mqtt://127.0.0.1:${mqttPort}\n${yaml}`);
  const child = spawn(process.execPath, [bothy, 'edge', '--config', config, '--data', dataFolder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await connected(child);
  return { stop: () => end(child) };
}

async function connected(child: ChildProcess): Promise<void> {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the edge ended with ${code}: ${lines.join('\n')}`)));
    const look = (): void => {
      if (lines.some((line) => line.includes('connected to the broker'))) resolve();
    };
    child.stdout?.on('data', () => setImmediate(look));
    child.stderr?.on('data', () => setImmediate(look));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
