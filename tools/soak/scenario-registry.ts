/**
 * Finds the scenarios of every package: `packages/<name>/scenarios/index.ts` exports them as `scenarios`, and may export
 * what is only there to fail, named `…/broken`, as `brokenScenarios`.
 */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Scenario } from '@bothy/simulator';
import { BothyError } from '@bothy/wire';

const packagesFolder = fileURLToPath(new URL('../../packages/', import.meta.url));

interface ScenarioModule {
  readonly scenarios: readonly Scenario[];
  readonly brokenScenarios?: readonly Scenario[];
}

/** What has to hold for every seed. */
export async function allScenarios(): Promise<readonly Scenario[]> {
  return (await scenarioModules()).flatMap(({ scenarios }) => scenarios);
}

/** What fails for some seeds, and is run only by its name: known failures without their fix. */
export async function brokenScenarios(): Promise<readonly Scenario[]> {
  return (await scenarioModules()).flatMap((module) => module.brokenScenarios ?? []);
}

async function scenarioModules(): Promise<readonly ScenarioModule[]> {
  const found: ScenarioModule[] = [];
  for (const name of readdirSync(packagesFolder).sort()) {
    const index = `${packagesFolder}${name}/scenarios/index.ts`;
    if (!existsSync(index)) continue;
    const module = (await import(pathToFileURL(index).href)) as Partial<ScenarioModule>;
    if (module.scenarios === undefined) {
      throw new BothyError('internal', `packages/${name}/scenarios/index.ts does not export "scenarios".`);
    }
    found.push({ ...module, scenarios: module.scenarios });
  }
  return found;
}
