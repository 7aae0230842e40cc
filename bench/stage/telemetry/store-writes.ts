/** How many readings a second of processor time stores: batches of some sizes, in turn, one commit at a time. */

import type { StoredReading } from '@bothy/telemetry/core';
import { SqliteTelemetryStore } from '@bothy/telemetry/drivers/sqlite';
import { temporaryFolder } from '@bothy/testkit';
import { runRounds } from '../rounds.ts';
import type { InfluxServer } from './influx-server.ts';
import { influxLines, SensorHistory } from './sensor-history.ts';

export const batchSizes = [250, 1_000, 2_000] as const;
export type BatchSize = (typeof batchSizes)[number];

export interface WriteSample {
  /** Readings for each second of one core. Ours: the whole process, both threads; InfluxDB: its server, without its client. */
  readonly perCpuSecond: number;
  /** Readings for each second that passed. */
  readonly perSecond: number;
  /** The slowest commit of the round. */
  readonly slowestMs: number;
}

export interface WriteSamples {
  readonly size: BatchSize;
  readonly ours: readonly WriteSample[];
  readonly influx: readonly WriteSample[];
}

const sensors = 1_000;
/** Enough that hundredths of a second of processor time do not matter. */
const readingsPerRound = 200_000;

export async function measureWrites(
  rounds: number,
  influx: InfluxServer | undefined,
  report: (line: string) => void,
): Promise<WriteSamples[]> {
  const folder = temporaryFolder();
  const history = new SensorHistory(sensors);
  const store = await SqliteTelemetryStore.open({
    file: `${folder.path}/telemetry.sqlite`,
    wallMs: () => history.nextMs,
  });
  try {
    const all: WriteSamples[] = [];
    for (const size of batchSizes) {
      const ours = (): Promise<WriteSample> => ourRound(store, batchesOf(history, size));
      const theirs = (): Promise<WriteSample | undefined> => influxRound(influx, batchesOf(history, size));
      const samples = await runRounds({ rounds, warmUpRounds: 1 }, { ours, influx: theirs });
      const sized = { size, ours: samples.ours, influx: samples.influx.filter((each) => each !== undefined) };
      all.push(sized);
      const best = Math.max(...sized.ours.map(({ perCpuSecond }) => perCpuSecond));
      report(`batches of ${size}: up to ${Math.round(best / 1_000)} k readings for a second of one core`);
    }
    return all;
  } finally {
    await store.close();
    folder.remove();
  }
}

function batchesOf(history: SensorHistory, size: number): StoredReading[][] {
  const batches: StoredReading[][] = [];
  let rest: StoredReading[] = [];
  for (let count = 0; count < readingsPerRound; count += size) {
    while (rest.length < size) rest = [...rest, ...history.tick()];
    batches.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return batches;
}

async function ourRound(
  store: SqliteTelemetryStore,
  batches: readonly StoredReading[][],
): Promise<WriteSample> {
  const cpu = process.cpuUsage();
  const commit = (readings: StoredReading[]): Promise<void> =>
    new Promise((resolve, reject) => {
      store.commit([{ kind: 'putReadings', readings }], (error) =>
        error === undefined ? resolve() : reject(error),
      );
    });
  const timed = await timedBatches(batches, commit);
  const { user, system } = process.cpuUsage(cpu);
  return sampleOf(batches, timed, (user + system) / 1e6);
}

async function influxRound(
  influx: InfluxServer | undefined,
  batches: readonly StoredReading[][],
): Promise<WriteSample | undefined> {
  if (influx === undefined) return undefined;
  // Its text is made ahead: what a client of it costs is left out.
  const texts = batches.map(influxLines);
  const before = influx.cpuSeconds();
  const timed = await timedBatches(texts, (text) => influx.write(text));
  return sampleOf(batches, timed, influx.cpuSeconds() - before);
}

async function timedBatches<Batch>(
  batches: readonly Batch[],
  write: (batch: Batch) => Promise<void>,
): Promise<{ readonly seconds: number; readonly slowestMs: number }> {
  const beginMs = performance.now();
  let slowestMs = 0;
  for (const batch of batches) {
    const sentMs = performance.now();
    await write(batch);
    slowestMs = Math.max(slowestMs, performance.now() - sentMs);
  }
  return { seconds: (performance.now() - beginMs) / 1_000, slowestMs };
}

function sampleOf(
  batches: readonly (readonly StoredReading[])[],
  { seconds, slowestMs }: { readonly seconds: number; readonly slowestMs: number },
  cpuSeconds: number,
): WriteSample {
  const count = batches.reduce((sum, { length }) => sum + length, 0);
  return { perCpuSecond: count / cpuSeconds, perSecond: count / seconds, slowestMs };
}
