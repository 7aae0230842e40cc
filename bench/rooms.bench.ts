/** Rooms beside Socket.IO, with and without Redis, and beside a bare loop over `ws`. */
import { thisMachine } from '@bothy/tools/setup-host';
import { ensureSystemPackages } from '@bothy/tools/system-packages';
import { roundsOption } from './stage/options.ts';
import { publish } from './stage/readme-section.ts';
import {
  clusterRounds,
  durableRounds,
  fanOutRounds,
  idleMemory,
  stormRounds,
} from './stage/rooms/measure.ts';
import { roomsReport } from './stage/rooms/report.ts';

const redis = { name: 'redis-server', commands: ['redis-server'], purpose: 'Socket.IO with Redis' };
if (!(await ensureSystemPackages(thisMachine, [redis]))) process.exit(1);

// Many servers come and go, each of which ends with this process.
process.setMaxListeners(200);
const rounds = roundsOption(process.argv.slice(2));
const results = {
  durable: await durableRounds(Math.max(3, Math.round(rounds / 5))),
  fanOut: await fanOutRounds(rounds),
  cluster: await clusterRounds(rounds),
  memory: await idleMemory(),
  storm: await stormRounds(3),
};
publish('rooms', roomsReport(results));
process.exit();
