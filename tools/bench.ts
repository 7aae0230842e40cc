/** `npm run bench`: runs every `bench/*.bench.ts`, one after another, so that they do not disturb each other. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, runNode } from './checks/child-process.ts';

const folder = join(repositoryRoot, 'bench');
const benches = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.bench.ts'))
      .sort()
  : [];

if (benches.length === 0) process.stdout.write('There are no benchmarks yet.\n');
for (const name of benches) {
  process.stdout.write(`\n== ${name} ==\n`);
  const { code } = await runNode(join(folder, name), process.argv.slice(2), { show: true });
  if (code !== 0) process.exitCode = 1;
}
