/** The rules of the house, one check each. */
import { readRepository } from '../tidy/repository.ts';
import { formatViolation, rules } from '../tidy/rules.ts';
import { repositoryRoot } from './child-process.ts';
import type { Step } from './step.ts';

export const tidyStep: Step = {
  title: 'Tidy',
  async run() {
    const repository = readRepository(repositoryRoot);
    let failed = 0;
    for (const rule of rules) {
      const violations = rule.check(repository);
      for (const violation of violations) process.stdout.write(`${formatViolation(rule.name, violation)}\n`);
      process.stdout.write(
        `   ${violations.length === 0 ? 'ok' : 'FAILED'}  ${rule.name}: ${rule.sentence}\n`,
      );
      if (violations.length > 0) failed += 1;
    }
    return { passed: rules.length - failed, failed };
  },
};
