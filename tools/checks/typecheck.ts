/** Type checks: one check per tsconfig, because cores, servers and the browser have different platforms. */
import { runNode } from './child-process.ts';
import type { Step } from './step.ts';

/** The web's tests run in Node, so they have its platform beside the browser's; what they test has not. */
const projects = ['tsconfig.core.json', 'tsconfig.json', 'tsconfig.web.json', 'tsconfig.web-tests.json'];

export const typecheckStep: Step = {
  title: 'Types',
  async run() {
    let failed = 0;
    for (const project of projects) {
      const { code, output } = await runNode('node_modules/typescript/bin/tsc', [
        '-p',
        project,
        '--pretty',
        'false',
      ]);
      process.stdout.write(`   ${code === 0 ? 'ok' : 'FAILED'}  ${project}\n${output}`);
      if (code !== 0) failed += 1;
    }
    return { passed: projects.length - failed, failed };
  },
};
