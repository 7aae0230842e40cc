/** All rules of the house, in the order in which they are reported. */
import { coreRule } from './core-rule.ts';
import { errorsRule } from './errors-rule.ts';
import { honestyRule } from './honesty-rule.ts';
import { importsRule } from './imports-rule.ts';
import { lockRule } from './lock-rule.ts';
import { namesRule } from './names-rule.ts';
import { orphansRule } from './orphans-rule.ts';
import type { Rule, Violation } from './repository.ts';
import { sizeRule } from './size-rule.ts';
import { specRule } from './spec-rule.ts';

export const rules: readonly Rule[] = [
  importsRule,
  coreRule,
  lockRule,
  sizeRule,
  errorsRule,
  specRule,
  orphansRule,
  namesRule,
  honestyRule,
];

export function formatViolation(rule: string, { path, line, sentence }: Violation): string {
  return `${path}:${line}: ${rule}: ${sentence}`;
}
