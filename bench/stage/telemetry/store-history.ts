/** Thirty days of readings every ten seconds: what they take, and how long a question about them takes. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredReading } from '@bothy/telemetry/core';
import { SqliteTelemetryStore } from '@bothy/telemetry/drivers/sqlite';
import { temporaryFolder } from '@bothy/testkit';
import type { ReadingsQuery, ReadingsSeries } from '@bothy/wire';
import { nabSeries } from '../nab-series.ts';
import { runRounds } from '../rounds.ts';
import type { InfluxServer } from './influx-server.ts';
import { dayMs, firstMs, influxLines, intervalMs, SensorHistory } from './sensor-history.ts';

const sensors = 12;
const days = 30;
const ticksPerDay = dayMs / intervalMs;
/** Rounds beside which opening caches does not count. */
const queryWarmUps = 3;

export interface HistorySizes {
  readonly readings: number;
  /** Bytes of a reading: in an open day, log of the database included; sealed, with all that it sums up to; in InfluxDB, compacted. */
  readonly open: number;
  readonly sealed: number;
  readonly influx: number | undefined;
  /** NAB's office: a single sensor with eight decimals. Undefined without its file. */
  readonly nab: number | undefined;
}

export interface QueryTimes {
  readonly what: string;
  readonly points: number;
  readonly ours: readonly number[];
  readonly influx: readonly number[];
}

export interface HistoryResults {
  readonly sizes: HistorySizes;
  readonly queries: readonly QueryTimes[];
}

export async function measureHistory(
  rounds: number,
  influx: InfluxServer | undefined,
  nabFolder: string,
  report: (line: string) => void,
): Promise<HistoryResults> {
  const folder = temporaryFolder();
  const file = join(folder.path, 'telemetry.sqlite');
  const history = new SensorHistory(sensors);
  const open = (): Promise<SqliteTelemetryStore> =>
    SqliteTelemetryStore.open({ file, wallMs: () => firstMs + days * dayMs - 1, retention: { rawDays: 60 } });
  let store = await open();
  const influxBefore = influx?.diskBytes() ?? 0;
  let openBytes = 0;
  try {
    for (let day = 0; day < days; day++) {
      await fillDay(store, influx, history);
      if (day === 0) {
        // A close and a start copy the log of the database into it.
        await store.close();
        openBytes = statSync(file).size;
        store = await open();
      }
      await store.seal(new Date(firstMs + day * dayMs).toISOString().slice(0, 10));
    }
    const readings = sensors * days * ticksPerDay;
    const sealedBytes = await usedBytes(store);
    report(`${readings.toLocaleString('en')} readings of 30 days stored and sealed`);
    await influx?.settled();
    const sizes: HistorySizes = {
      readings,
      open: openBytes / (readings / days),
      sealed: sealedBytes / readings,
      influx: influx === undefined ? undefined : (influx.diskBytes() - influxBefore) / readings,
      nab: await nabBytes(store, nabFolder),
    };
    report(`bytes of a reading: ${sizes.open.toFixed(1)} open, ${sizes.sealed.toFixed(2)} sealed`);
    const queries: QueryTimes[] = [];
    for (const question of questions) {
      const times = await askBoth(store, influx, question, rounds);
      queries.push(times);
      report(`${times.what}: ${times.ours.map((ms) => ms.toFixed(1)).join(' ')} ms`);
    }
    return { sizes, queries };
  } finally {
    await store.close();
    folder.remove();
  }
}

async function fillDay(
  store: SqliteTelemetryStore,
  influx: InfluxServer | undefined,
  history: SensorHistory,
): Promise<void> {
  for (let tick = 0; tick < ticksPerDay; tick += 120) {
    const readings = Array.from({ length: 120 }, () => history.tick()).flat();
    await commit(store, readings);
    await influx?.write(influxLines(readings));
  }
}

function commit(store: SqliteTelemetryStore, readings: readonly StoredReading[]): Promise<void> {
  return new Promise((resolve, reject) => {
    store.commit([{ kind: 'putReadings', readings }], (error) =>
      error === undefined ? resolve() : reject(error),
    );
  });
}

/** What the store grows by with a day of NAB's office: its values, one in ten seconds. Undefined without its file. */
async function nabBytes(store: SqliteTelemetryStore, nabFolder: string): Promise<number | undefined> {
  const nab = nabSeries(nabFolder);
  if (nab === undefined) return undefined;
  const before = await usedBytes(store);
  const readings = nab.readings.map(({ sensor, node, value }, i) => {
    const stampMs = firstMs + days * dayMs + i * intervalMs;
    return { edge: node, sensor, stampMs, value, boot: 1, seq: i, hist: true, heardMs: stampMs };
  });
  await commit(store, readings);
  await store.seal(new Date(firstMs + days * dayMs).toISOString().slice(0, 10));
  return ((await usedBytes(store)) - before) / readings.length;
}

async function usedBytes(store: SqliteTelemetryStore): Promise<number> {
  const { fileBytes, freeBytes } = await store.sizes();
  return fileBytes - freeBytes;
}

interface Question {
  readonly what: string;
  readonly query: Omit<ReadingsQuery, 'edge' | 'sensor'>;
  readonly influx: string;
}

const endMs = firstMs + days * dayMs;
const series = `FROM temperature WHERE edge='edge-1' AND time >= ${firstMs}ms AND time < ${endMs}ms`;
const lastDay = `FROM temperature WHERE edge='edge-1' AND time >= ${endMs - dayMs}ms AND time < ${endMs}ms`;
const all = { fromMs: firstMs, toMs: endMs };

const questions: readonly Question[] = [
  {
    what: '30 days at 10 s, 1,000 points',
    query: { ...all, points: 1_000 },
    influx: `SELECT mean(value), min(value), max(value), count(value) ${series} GROUP BY time(1h) fill(none)`,
  },
  {
    what: 'the same, all 259,200 readings thinned to 2,000 points',
    query: { ...all, points: 2_000, resolution: 'raw' },
    influx: `SELECT min(value), max(value) ${series} GROUP BY time(2592s) fill(none)`,
  },
  {
    what: 'the last day, by minutes',
    query: { fromMs: endMs - dayMs, toMs: endMs, points: 1_500 },
    influx: `SELECT mean(value), min(value), max(value), count(value) ${lastDay} GROUP BY time(1m) fill(none)`,
  },
  {
    what: 'the last day, every reading',
    query: { fromMs: endMs - dayMs, toMs: endMs, points: 10_000 },
    influx: `SELECT value ${lastDay}`,
  },
];

async function askBoth(
  store: SqliteTelemetryStore,
  influx: InfluxServer | undefined,
  { what, query, influx: text }: Question,
  rounds: number,
): Promise<QueryTimes> {
  let found: ReadingsSeries | undefined;
  const ours = async (): Promise<number> => {
    const beginMs = performance.now();
    found = await store.series({ ...query, edge: 'edge-1', sensor: 'temperature' });
    return performance.now() - beginMs;
  };
  const theirs = async (): Promise<number | undefined> => {
    if (influx === undefined) return undefined;
    const beginMs = performance.now();
    const answer = await influx.query(text);
    const ms = performance.now() - beginMs;
    // A question that it refuses is quick, and would be no figure.
    if (rowsOf(answer) === 0)
      throw new Error(`InfluxDB has no answer: ${JSON.stringify(answer).slice(0, 300)}`);
    return ms;
  };
  const samples = await runRounds({ rounds, warmUpRounds: queryWarmUps }, { ours, influx: theirs });
  const points = found?.stampsMs.length ?? 0;
  if (points === 0) throw new Error(`${what}: nothing was found.`);
  return { what, points, ours: samples.ours, influx: samples.influx.filter((ms) => ms !== undefined) };
}

function rowsOf(answer: unknown): number {
  const { results } = answer as { results?: { series?: { values: unknown[] }[] }[] };
  return results?.[0]?.series?.[0]?.values.length ?? 0;
}
