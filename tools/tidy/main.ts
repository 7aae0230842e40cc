/** `npm run tidy`: the rules of the house that are tests and not a page. */
import { fileURLToPath } from 'node:url';
import { readRepository } from './repository.ts';
import { formatViolation, rules } from './rules.ts';

const repository = readRepository(fileURLToPath(new URL('../../', import.meta.url)));
const lines = rules.flatMap((rule) =>
  rule.check(repository).map((violation) => formatViolation(rule.name, violation)),
);
for (const line of lines) process.stdout.write(`${line}\n`);
process.stdout.write(`${rules.length} rules, ${lines.length} violations\n`);
if (lines.length > 0) process.exitCode = 1;
