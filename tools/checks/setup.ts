/** The first step of `npm test`: the programs that tests run against are there. */
import { ensureSystemPackages } from '../system-packages.ts';
import { thisMachine } from './setup-host.ts';
import { oneCheck, type Step } from './step.ts';

export const setupStep: Step = {
  title: 'System packages',
  async run() {
    return oneCheck(await ensureSystemPackages(thisMachine));
  },
};
