/** `npm run soak`: many seeds of a simulation, or one of them again. */
import { BothyError } from '@bothy/wire';
import { allScenarios } from './soak/scenario-registry.ts';
import { parseSoakOptions } from './soak/soak-options.ts';
import { runSoak } from './soak/soak-run.ts';

const host = {
  monoMs: () => performance.now(),
  print: (line: string) => process.stdout.write(`${line}\n`),
};

try {
  const options = parseSoakOptions(process.argv.slice(2));
  if (!runSoak(await allScenarios(), options, host)) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof BothyError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
