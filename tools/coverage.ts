/** `npm run coverage`: which share of the branches of `packages/protocols` its unit tests take; below 95 % it fails. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coverageArgs, judgeBranches, readBranches } from './checks/branch-coverage.ts';
import { runNode } from './checks/child-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'bothy-coverage-'));
try {
  const args = ['run', '--project', 'protocols', ...coverageArgs(folder)];
  const { code, output } = await runNode('node_modules/vitest/vitest.mjs', args);
  if (code !== 0) process.stdout.write(output);
  const { lines, isEnough } = judgeBranches(readBranches(folder) ?? []);
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (code !== 0 || !isEnough) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
