/** A worker of a soak run: finds the scenarios once, then runs one batch after another. */
import { parentPort } from 'node:worker_threads';
import { allScenarios, brokenScenarios } from './scenario-registry.ts';
import { runBatch, type SoakBatch } from './soak-batch.ts';

const scenarios = new Map(
  [...(await allScenarios()), ...(await brokenScenarios())].map((scenario) => [scenario.name, scenario]),
);

parentPort?.on('message', (batch: SoakBatch) => {
  const scenario = scenarios.get(batch.scenario);
  if (scenario === undefined) throw new Error(`there is no scenario ${batch.scenario}`);
  parentPort?.postMessage(runBatch(scenario, batch));
});
