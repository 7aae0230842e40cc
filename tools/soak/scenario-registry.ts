/** Finds the scenarios of every package: `packages/<name>/scenarios/index.ts` exports them as `scenarios`. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Scenario } from '@bothy/simulator';
import { BothyError } from '@bothy/wire';

const packagesFolder = fileURLToPath(new URL('../../packages/', import.meta.url));

export async function allScenarios(): Promise<readonly Scenario[]> {
  const found: Scenario[] = [];
  for (const name of readdirSync(packagesFolder).sort()) {
    const index = `${packagesFolder}${name}/scenarios/index.ts`;
    if (!existsSync(index)) continue;
    const module = (await import(pathToFileURL(index).href)) as { scenarios?: readonly Scenario[] };
    if (module.scenarios === undefined) {
      throw new BothyError('internal', `packages/${name}/scenarios/index.ts does not export "scenarios".`);
    }
    found.push(...module.scenarios);
  }
  return found;
}
