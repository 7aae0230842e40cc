// How the command line is started, where it matters that it may run a node for months.

/**
 * Node lets the space of young objects grow to 64 MB with the burst of a start, and never gives it back. With 2 MiB
 * a node is as quick (measured with messages through its broker) and some 30 MB smaller.
 */
const youngHeap = '--max-semi-space-size=2';

/** With `--expose-gc` the node may collect once what its start left behind. */
export const serverFlags = [youngHeap, '--expose-gc'];

/** Of the C library on Linux: one pool of memory for each thread is made for many busy threads, and costs 4 MB. */
export const serverVariables = { MALLOC_ARENA_MAX: '2' };

/** What a node runs, and the threads of it, which import on their own. The command line itself last: it exits. */
export const serverModules = [
  'apps/cli/src/run-node.ts',
  'packages/rooms/drivers/sqlite/store-worker.ts',
  // Edges of `bothy up`.
  'apps/cli/src/own-edges.ts',
  'packages/telemetry/drivers/sensors/driver-registry.ts',
  'packages/telemetry/drivers/sensors/kinds/host.ts',
  'packages/telemetry/drivers/sensors/kinds/simulated.ts',
  'apps/cli/src/main.ts',
];

/** The same for an edge and the thread of its sensors. */
export const edgeModules = [
  'apps/cli/src/run-edge.ts',
  'packages/telemetry/drivers/sensors/lanes/sensor-worker.ts',
  'packages/telemetry/drivers/sensors/driver-registry.ts',
  'packages/telemetry/drivers/sensors/kinds/simulated.ts',
  'packages/telemetry/drivers/sensors/kinds/host.ts',
  'apps/cli/src/main.ts',
];
