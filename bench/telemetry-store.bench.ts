/** The store of readings beside InfluxDB 1.x: how fast, how small, and how quickly it answers. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { thisMachine } from '@bothy/tools/setup-host';
import { ensureSystemPackages } from '@bothy/tools/system-packages';
import { publish } from './stage/readme-section.ts';
import { startInflux } from './stage/telemetry/influx-server.ts';
import { measureHistory } from './stage/telemetry/store-history.ts';
import { storeReport } from './stage/telemetry/store-report.ts';
import { measureWrites } from './stage/telemetry/store-writes.ts';

const repositoryRoot = fileURLToPath(new URL('../', import.meta.url));
const { values } = parseArgs({
  options: { nab: { type: 'string' }, rounds: { type: 'string' } },
  strict: false,
});
const rounds = Math.max(5, Math.round(Number(values.rounds ?? 25) / 3));
const nabFolder =
  typeof values.nab === 'string' ? values.nab : join(repositoryRoot, '..', 'shared', 'data', 'nab');

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const influxPackage = {
  name: 'influxdb',
  commands: ['influxd'],
  purpose: 'what readings are stored in elsewhere',
};
const influx = (await ensureSystemPackages(thisMachine, [influxPackage])) ? await startInflux() : undefined;
if (influx === undefined) print('InfluxDB cannot be had: measured without it.');
try {
  const writes = await measureWrites(rounds, influx, print);
  const history = await measureHistory(rounds, influx, nabFolder, print);
  publish('telemetry-store', storeReport(writes, history));
} finally {
  await influx?.stop();
}
