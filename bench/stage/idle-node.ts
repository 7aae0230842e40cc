/** The memory of a node that has nothing to do: a process of its own, as a user starts it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@bothy/testkit';

import { prepareCompileCache } from '@bothy/tools/compile-cache';
import { serverFlags, serverModules, serverVariables } from '@bothy/tools/server-start';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const cli = join(repository, 'apps', 'cli', 'src', 'main.ts');

export interface IdleNodeBytes {
  /** The launcher has just turned every source into JavaScript. */
  readonly firstStart: number;
  /** It was done before, and what Node learned of them in the first run is in the cache as well. */
  readonly laterStart: number;
}

/** Resident bytes, so long after the node said that it runs. */
export async function idleNodeBytes(afterMs: number): Promise<IdleNodeBytes> {
  const cache = temporaryFolder();
  try {
    const firstStart = await startAndMeasure(afterMs, cache.path);
    return { firstStart, laterStart: await startAndMeasure(afterMs, cache.path) };
  } finally {
    cache.remove();
  }
}

async function startAndMeasure(afterMs: number, cacheFolder: string): Promise<number> {
  const data = temporaryFolder();
  const flags = ['node', '--http', '0', '--mqtt', '0', '--cluster', '0', '--data', data.path];
  const [node, env] = [
    process.execPath,
    { ...serverVariables, ...process.env, NODE_COMPILE_CACHE: cacheFolder },
  ];
  // As the launcher does it.
  await prepareCompileCache({ node, nodeFlags: serverFlags, root: repository, modules: serverModules, env });
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
