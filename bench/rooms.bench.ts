/** Rooms beside Socket.IO, with and without Redis, and beside a bare loop over `ws`. */
import { thisMachine } from '@bothy/tools/setup-host';
import { ensureSystemPackages } from '@bothy/tools/system-packages';
import { type Figure, figureTable } from './stage/figures.ts';
import { minutesOption, roundsOption } from './stage/options.ts';
import { publish } from './stage/readme-section.ts';
import { durableSamples } from './stage/rooms/durable.ts';
import { audienceSizes, clusterSamples, fanOutSamples } from './stage/rooms/fan-out.ts';
import type { RoundLimit } from './stage/rooms/interleaved.ts';
import { memorySamples, stormSamples } from './stage/rooms/many-clients.ts';
import {
  type CostRow,
  clusterFigures,
  clusterRows,
  costTable,
  durableFigures,
  fanOutFigures,
  fanOutRows,
  memoryFigures,
  roomsReport,
  stormFigures,
} from './stage/rooms/report.ts';

const redis = { name: 'redis-server', commands: ['redis-server'], purpose: 'Socket.IO with Redis' };
if (!(await ensureSystemPackages(thisMachine, [redis]))) process.exit(1);

// Many servers come and go, each of which ends with this process.
process.setMaxListeners(200);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const rounds = roundsOption(process.argv.slice(2));
const seconds = minutesOption(process.argv.slice(2)) * 60;
const figures: Figure[] = [];
const rows: CostRow[] = [];

/**
 * A contest gets its share of the time; what the shares leave goes by with starting and connecting. Its figures are
 * shown as soon as it is over.
 */
async function contest(
  share: number,
  measure: (limit: RoundLimit) => Promise<{ figures: Figure[]; rows?: CostRow[] }>,
): Promise<void> {
  const result = await measure({ rounds, seconds: seconds * share });
  figures.push(...result.figures);
  rows.push(...(result.rows ?? []));
  process.stdout.write(`${figureTable(result.figures)}\n`);
  if (result.rows !== undefined) process.stdout.write(`${costTable(result.rows)}\n`);
  process.stdout.write('\n');
}

await contest(0.24, async (limit) => ({ figures: durableFigures(await durableSamples(limit)) }));
for (const size of audienceSizes) {
  await contest(0.12, async (limit) => {
    const samples = await fanOutSamples(size, limit);
    return { figures: fanOutFigures(size, samples), rows: fanOutRows(size, samples) };
  });
}
await contest(0.08, async (limit) => {
  const samples = await clusterSamples(limit);
  return { figures: clusterFigures(samples), rows: clusterRows(samples) };
});
await contest(0.15, async (limit) => ({
  figures: memoryFigures(await memorySamples({ ...limit, rounds: 3 })),
}));
await contest(0.03, async (limit) => ({
  figures: stormFigures(await stormSamples({ ...limit, rounds: 5 })),
}));
publish('rooms', roomsReport(figures, rows));
process.exit();
