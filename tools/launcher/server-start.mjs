// How the command line is started, where it matters that it may run a node for months.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { strippedFlags } from './stripped-sources.mjs';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Node lets the space of young objects grow to 64 MB with the burst of a start, and never gives it back. With 2 MiB
 * a node is as quick (measured with messages through its broker) and some 30 MB smaller.
 */
const youngHeap = '--max-semi-space-size=2';

/**
 * With `--expose-gc` the node may collect once what its start left behind. The sources have lost their types before
 * (`prepared` of `launch`).
 */
export const serverFlags = [youngHeap, '--expose-gc', ...strippedFlags(repository)];

export const serverVariables = {
  // Of the C library on Linux: one pool of memory for each thread is made for many busy threads, and costs 4 MB.
  MALLOC_ARENA_MAX: '2',
  // What Node has read of it stays in memory, 10 MB, and a start is quicker by a twentieth of a second.
  NODE_DISABLE_COMPILE_CACHE: '1',
};
