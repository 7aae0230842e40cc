// How the command line is started, where it matters that it may run a node for months.

/**
 * Node lets the space of young objects grow to 64 MB with the burst of a start, and never gives it back. With 2 MiB
 * a node is as quick (measured with messages through its broker) and some 30 MB smaller.
 */
export const serverFlags = ['--max-semi-space-size=2'];

/** What a node runs, and the threads of it, which import on their own. The command line itself last: it exits. */
export const serverModules = [
  'apps/cli/src/run-node.ts',
  'packages/rooms/drivers/sqlite/store-worker.ts',
  'apps/cli/src/main.ts',
];
