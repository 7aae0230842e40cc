/** For tests: the directory of a node alone, on a disk that forgets. */
import { DirectoryCore } from '@bothy/directory/core';
import { seededRandom } from '@bothy/protocols';
import type { NodeId } from '@bothy/wire';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { DirectoryHost } from './directory-host.ts';

export async function loneDirectory(node: NodeId): Promise<DirectoryHost> {
  const raft = { term: 0, votedFor: null, snapshot: null, entries: [] };
  const host = new DirectoryHost({
    log: pino({ enabled: false }),
    open: async () => ({
      core: new DirectoryCore({ node }, { directory: null, yieldsTo: null, raft }, seededRandom(node)),
      storage: { commit: (_, done) => setImmediate(done) },
      close: async () => {},
    }),
  });
  onTestFinished(() => host.stop());
  await host.prepare();
  host.begin();
  return host;
}
