/** How long a reading and an alarm take, beside the same value through bare brokers; in rounds, everybody once. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { temporaryFolder } from '@bothy/testkit';
import { interleaved, type RoundLimit } from '../rooms/interleaved.ts';
import { alarmPath, barePath, type OpenPath, screenPath } from './paths.ts';
import type { MonitoringServers } from './servers.ts';

const pathNames = ['screen', 'alarm', 'aedes', 'mosquitto', 'durableAedes'] as const;
type PathName = (typeof pathNames)[number];

/** Milliseconds, by round. */
export type LatencySamples = Readonly<Record<PathName, number[]>>;

/**
 * The first reading of all opens the store, and code that ran a few times is slow: what a person meets a moment after the
 * start, and no measure of the days after it.
 */
const warmUps = 50;

export async function latencySamples(servers: MonitoringServers, limit: RoundLimit): Promise<LatencySamples> {
  const folder = temporaryFolder();
  const database = openDatabase(join(folder.path, 'messages.sqlite'));
  const open: Readonly<Record<PathName, OpenPath>> = {
    screen: await screenPath(servers),
    alarm: await alarmPath(servers),
    aedes: await barePath(servers.of.aedes.port),
    mosquitto: await barePath(servers.of.mosquitto.port),
    durableAedes: await barePath(servers.of.aedes.port, database.keep),
  };
  const samples: LatencySamples = { screen: [], alarm: [], aedes: [], mosquitto: [], durableAedes: [] };
  try {
    for (let i = 0; i < warmUps; i += 1) for (const name of pathNames) await open[name].path();
    await interleaved(pathNames, limit, async (name, counts) => {
      const ms = await open[name].path();
      if (counts) samples[name].push(ms);
    });
  } finally {
    for (const name of pathNames) await open[name].stop();
    database.close();
    folder.remove();
  }
  return samples;
}

/** As durable as alarms are, in the simplest way. */
function openDatabase(path: string): { keep(text: string): void; close(): void } {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE message (text TEXT)');
  const insert = database.prepare('INSERT INTO message VALUES (?)');
  return { keep: (text) => void insert.run(text), close: () => database.close() };
}
