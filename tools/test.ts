/**
 * `npm test`: everything. `npm run test:unit` and `npm run test:browser` run one kind of tests:
 * `node tools/run.mjs tools/test.ts [unit|simulation|cluster|browser|static]`.
 */
import { biomeStep } from './checks/biome.ts';
import { setupStep } from './checks/setup.ts';
import { runSteps, type Step } from './checks/step.ts';
import { tidyStep } from './checks/tidy.ts';
import { typecheckStep } from './checks/typecheck.ts';
import { vitestStep } from './checks/vitest-project.ts';

const protocols = vitestStep('protocols', 'Unit and property tests of the protocols');
const unit = vitestStep('unit', 'Unit and property tests of the rest');
const simulation = vitestStep('simulation', 'Simulation');
const cluster = vitestStep('cluster', 'Clusters of real processes');
const browser = vitestStep('browser', 'Browser tests');

const stepsByKind = new Map<string, readonly Step[]>([
  ['all', [setupStep, typecheckStep, biomeStep, tidyStep, protocols, unit, simulation, cluster, browser]],
  ['static', [typecheckStep, biomeStep, tidyStep]],
  ['unit', [protocols, unit]],
  ['simulation', [simulation]],
  ['cluster', [setupStep, cluster]],
  ['browser', [setupStep, browser]],
]);

const kind = process.argv[2] ?? 'all';
const steps = stepsByKind.get(kind);
if (steps === undefined) {
  process.stderr.write(
    `There are no tests called "${kind}"; there are ${[...stepsByKind.keys()].join(', ')}.\n`,
  );
  process.exitCode = 1;
} else {
  const clock = { monoMs: () => performance.now() };
  const { failed } = await runSteps(steps, clock, (line) => process.stdout.write(`${line}\n`));
  if (failed > 0) process.exitCode = 1;
}
