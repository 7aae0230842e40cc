/** The memory of a node that has nothing to do: a process of its own, as a user starts it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@bothy/testkit';

import { serverFlags, serverVariables } from '@bothy/tools/server-start';
import { prepareStrippedSources } from '@bothy/tools/stripped-sources';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const cli = join(repository, 'apps', 'cli', 'src', 'main.ts');

/** Certificates that this machine adds to those of Node, 1 MB, are none of Bothy's. */
export const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;

/** Resident bytes, so long after the node said that it runs. The first start is as any other. */
export async function idleNodeBytes(afterMs: number): Promise<number> {
  const data = temporaryFolder();
  const flags = ['node', '--http', '0', '--mqtt', '0', '--cluster', '0', '--data', data.path];
  const node = process.execPath;
  const env = { ...serverVariables, ...environment };
  // As the launcher does it.
  await prepareStrippedSources({ node, root: repository });
  const child = spawn(node, [...serverFlags, cli, ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await Promise.race([
      new Promise((resolve) => child.stdout.once('data', resolve)),
      ended.then(() => {
        throw new Error('the node ended before it ran');
      }),
    ]);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    return residentBytes(child);
  } finally {
    child.kill();
    await ended;
    data.remove();
  }
}

/** `ps` counts in KiB on Linux and macOS alike. */
export function residentBytes(child: ChildProcess): number {
  const text = execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' });
  return Number(text) * 1024;
}
