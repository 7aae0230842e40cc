/** `npm run soak`: many seeds of a simulation on all processors, or one of them again. */
import { BothyError } from '@bothy/wire';
import { allScenarios, brokenScenarios } from './soak/scenario-registry.ts';
import { parseSoakOptions } from './soak/soak-options.ts';
import { runSoak } from './soak/soak-run.ts';
import { SoakWorkers } from './soak/soak-workers.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const options = parseSoakOptions(process.argv.slice(2));
  const workers = new SoakWorkers(options.seed === undefined ? options.workers : 0);
  // A run may take hours: broken off, it says how far it came.
  process.once('SIGINT', () => {
    process.exitCode = 130;
    void workers.end();
  });
  try {
    const host = { monoMs: () => performance.now(), print, run: workers.run.bind(workers) };
    const scenarios = await (options.scenario?.endsWith('/broken') ? brokenScenarios() : allScenarios());
    if (!(await runSoak(scenarios, options, host))) process.exitCode = 1;
  } finally {
    await workers.end();
  }
} catch (error) {
  if (!(error instanceof BothyError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
