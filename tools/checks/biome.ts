/** Format and lint of every file, as one check. */
import { runNode } from './child-process.ts';
import { oneCheck, type Step } from './step.ts';

export const biomeStep: Step = {
  title: 'Format and lint',
  async run() {
    const { code, output } = await runNode('node_modules/@biomejs/biome/bin/biome', [
      'check',
      '.',
      '--diagnostic-level=warn',
      '--colors=off',
    ]);
    process.stdout.write(output);
    if (code !== 0) process.stdout.write('   "npm run fmt" mends what can be mended without thought.\n');
    return oneCheck(code === 0);
  },
};
