/** This machine, as the installation of system packages sees it. */
import { findProgram } from '@bothy/testkit';
import type { SetupHost } from '../system-packages.ts';
import { runChild } from './child-process.ts';

export const thisMachine: SetupHost = {
  findProgram: (commands) => findProgram(commands),
  isRoot: () => process.getuid?.() === 0,
  run: async (command, args) => (await runChild(command, args, { show: true })).code,
  print: (line) => process.stdout.write(`${line}\n`),
};
