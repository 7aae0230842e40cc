/** What a node agrees on with the others of its cluster: the directory, with its disk, and the names and keys that it says. */
import { join } from 'node:path';
import { DirectoryCore } from '@bothy/directory/core';
import { SqliteDirectoryStore } from '@bothy/directory/drivers/sqlite';
import { seededRandom } from '@bothy/protocols';
import { randomSeed } from '@bothy/runtime';
import { nodeClock } from '@bothy/runtime/node';
import type { SqliteNameDirectory } from '@bothy/store';
import type { PersonId } from '@bothy/wire';
import type { NodeConfig } from '../config.ts';
import type { AreaLogs } from '../logs/area-logs.ts';
import { type AgreedNames, agreedNames } from './agreed-names.ts';
import { DirectoryHost } from './directory-host.ts';
import { KeptKeys } from './kept-keys.ts';

export interface Agreement extends AgreedNames {
  /** It carries commands out already, as far as that goes without links. */
  readonly directory: DirectoryHost;
  readonly keys: KeptKeys;
}

/** `lost`: somebody's name is somebody else's, or free. Rejects with `data_directory_unusable` or `database_corrupt`. */
export async function openAgreement(
  config: Pick<NodeConfig, 'id' | 'data' | 'registration'>,
  names: SqliteNameDirectory,
  logs: Pick<AreaLogs, 'directory' | 'names'>,
  lost: (person: PersonId) => void,
): Promise<Agreement> {
  const { id: node, data, registration } = config;
  const directory = new DirectoryHost({
    log: logs.directory,
    open: async () => {
      const store = SqliteDirectoryStore.open({ file: join(data, 'directory.sqlite') });
      const core = new DirectoryCore({ node }, store.load(), seededRandom(randomSeed()));
      return { core, storage: store, close: async () => store.close() };
    },
  });
  await directory.prepare();
  const { wallMs } = nodeClock;
  const keys = await KeptKeys.open({ node, local: names, desk: directory, log: logs.names, wallMs });
  const agreed = agreedNames({
    node,
    names,
    desk: directory,
    keys,
    open: registration === 'open',
    log: logs.names,
    wallMs,
    changed: ({ name, before }) => {
      if (before === undefined) return;
      logs.names.info({ name, person: before }, 'the name is not theirs any more');
      lost(before);
    },
  });
  directory.begin();
  return { directory, keys, ...agreed };
}
