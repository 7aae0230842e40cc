/**
 * `npm run bench`: runs every `bench/*.bench.ts`, one after another, so that they do not disturb each other.
 * What they compare with is installed first, into `bench/`: nobody else needs it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, runNode } from './checks/child-process.ts';
import { LaunchError, runNpm } from './launcher/npm-install.mjs';

const folder = join(repositoryRoot, 'bench');

/** The rivals of `bench/package.json`, pinned to a version each. */
async function installRivals(): Promise<void> {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { dependencies } = manifest as { dependencies: Record<string, string> };
  const packages = Object.entries(dependencies);
  const manifestOf = (name: string): string => join('bench', 'node_modules', name, 'package.json');
  const isInstalled = packages.every(([name, version]) => {
    const path = join(repositoryRoot, manifestOf(name));
    return existsSync(path) && readFileSync(path, 'utf8').includes(`"version": "${version}"`);
  });
  if (isInstalled) return;
  await runNpm({
    root: repositoryRoot,
    args: ['install', '--prefix', 'bench', '--no-save', '--no-package-lock'],
    what: 'what the benchmarks compare with',
    expected: packages.map(([name]) => manifestOf(name)),
    env: process.env,
  });
}

async function runBenches(): Promise<void> {
  const benches = readdirSync(folder).filter((name) => name.endsWith('.bench.ts'));
  for (const name of benches.sort()) {
    process.stdout.write(`\n== ${name} ==\n`);
    const { code } = await runNode(join(folder, name), process.argv.slice(2), { show: true });
    if (code !== 0) process.exitCode = 1;
  }
}

try {
  await installRivals();
  await runBenches();
} catch (error) {
  if (!(error instanceof LaunchError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
