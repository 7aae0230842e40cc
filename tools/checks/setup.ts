/** The first step of `npm test`: the programs that tests run against are there. */
import { findProgram } from '@bothy/testkit';
import { ensureSystemPackages } from '../system-packages.ts';
import { runChild } from './child-process.ts';
import { oneCheck, type Step } from './step.ts';

export const setupStep: Step = {
  title: 'System packages',
  async run() {
    const isComplete = await ensureSystemPackages({
      findProgram: (commands) => findProgram(commands),
      isRoot: () => process.getuid?.() === 0,
      run: async (command, args) => (await runChild(command, args, { show: true })).code,
      print: (line) => process.stdout.write(`${line}\n`),
    });
    return oneCheck(isComplete);
  },
};
