/** A small repository for the tests of the rules, and what a rule says about it. */
import type { Repository, Rule } from './repository.ts';

const manifests: Readonly<Record<string, string>> = {
  'packages/protocols/package.json': manifest('@bothy/protocols', { '.': './src/index.ts' }),
  'packages/wire/package.json': manifest('@bothy/wire', {
    '.': './src/index.ts',
    './schemas': './src/schemas/index.ts',
  }),
  'packages/simulator/package.json': manifest('@bothy/simulator', { '.': './src/index.ts' }),
  'packages/testkit/package.json': manifest('@bothy/testkit', { '.': './src/index.ts' }),
  'packages/peer/package.json': manifest('@bothy/peer', {
    './core': './core/index.ts',
    './drivers/browser': './drivers/browser/index.ts',
  }),
  'packages/rooms/package.json': manifest('@bothy/rooms', { './core': './core/index.ts' }),
  'apps/node/package.json': manifest('@bothy/node', { '.': './src/index.ts' }),
  'tools/package.json': manifest('@bothy/tools', {}),
};

/** These files, by path, beside the manifests of a few packages. */
export function plantedRepository(files: Readonly<Record<string, string>>): Repository {
  const all = { ...manifests, ...files };
  return { files: Object.entries(all).map(([path, text]) => ({ path, text })) };
}

/** `path:line` of each violation that the rule finds in these files. */
export function findings(rule: Rule, files: Readonly<Record<string, string>>): string[] {
  return rule.check(plantedRepository(files)).map(({ path, line }) => `${path}:${line}`);
}

function manifest(name: string, exports: Readonly<Record<string, string>>): string {
  return JSON.stringify({ name, exports });
}
