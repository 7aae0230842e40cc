/** Monitoring from publish to screen, to an alarm and to the disk, beside bare Aedes and Mosquitto. */
import { thisMachine } from '@bothy/tools/setup-host';
import { ensureSystemPackages } from '@bothy/tools/system-packages';
import { type Figure, figureTable } from './stage/figures.ts';
import { minutesOption, roundsOption } from './stage/options.ts';
import { publish } from './stage/readme-section.ts';
import type { RoundLimit } from './stage/rooms/interleaved.ts';
import { latencySamples } from './stage/telemetry-live/latency.ts';
import { latencyFigures, telemetryReport, throughputFigures } from './stage/telemetry-live/report.ts';
import { type MonitoringServers, startServers } from './stage/telemetry-live/servers.ts';
import { throughputSamples } from './stage/telemetry-live/throughput.ts';

const mosquitto = { name: 'mosquitto', commands: ['mosquitto'], purpose: 'a broker to measure beside' };
if (!(await ensureSystemPackages(thisMachine, [mosquitto]))) process.exit(1);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const usualMinutes = 6;
/** A percentile needs many samples, and these are short. */
const latenciesPerRound = 20;
const rounds = roundsOption(process.argv.slice(2));
const seconds = minutesOption(process.argv.slice(2), usualMinutes) * 60;
const figures: Figure[] = [];

/** With servers of its own, and a share of the time; its figures are shown as soon as it is over. */
async function contest(
  limit: RoundLimit,
  measure: (servers: MonitoringServers, limit: RoundLimit) => Promise<readonly Figure[]>,
): Promise<void> {
  const servers = await startServers();
  try {
    const result = await measure(servers, limit);
    figures.push(...result);
    process.stdout.write(`${figureTable(result)}\n\n`);
  } finally {
    await servers.stop();
  }
}

const latencyLimit = { rounds: rounds * latenciesPerRound, seconds: seconds * 0.5 };
await contest(latencyLimit, async (servers, limit) => latencyFigures(await latencySamples(servers, limit)));
const throughputLimit = { rounds, seconds: seconds * 0.35 };
await contest(throughputLimit, async (servers, limit) =>
  throughputFigures(await throughputSamples(servers, limit)),
);
publish('telemetry', telemetryReport(figures));
process.exit();
