/** What is done in the data folder without asking the node: whoever can write there runs it. It may run meanwhile. */
import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { nodeClock } from '@bothy/runtime/node';
import { SqliteNameDirectory } from '@bothy/store';
import { BothyError } from '@bothy/wire';

/** Throws `configuration_invalid` where there is no node, `data_directory_unusable` or `database_corrupt`. */
export async function inDataFolder<T>(
  folder: string,
  act: (names: SqliteNameDirectory) => Promise<T>,
): Promise<T> {
  const file = join(folder, 'node.sqlite');
  if (!existsSync(file)) {
    const advice = 'Start the node once, or name its folder with --data.';
    throw new BothyError('configuration_invalid', `There is no node in ${folder}. ${advice}`);
  }
  const names = await SqliteNameDirectory.open({ file, wallMs: nodeClock.wallMs });
  try {
    return await act(names);
  } finally {
    await names.close();
  }
}

/** Throws `data_directory_unusable`. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    // Names, rooms and the hashes of secrets are nobody's business on a shared machine. One that is there stays as it is.
    await makeWithParents(resolve(folder));
  } catch (cause) {
    const advice = 'Choose another with --data, or make it writable.';
    throw new BothyError('data_directory_unusable', `The data folder ${folder} cannot be made. ${advice}`, {
      cause,
    });
  }
}

/** Not by `recursive` of Node, which tries for ever where a folder says that nothing can be in it, as in /proc. */
async function makeWithParents(folder: string): Promise<void> {
  const make = () => mkdir(folder, { mode: 0o700 });
  try {
    await make();
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw thrown;
    await makeWithParents(dirname(folder));
    await make();
  }
}
