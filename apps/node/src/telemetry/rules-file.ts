/** The rules of a node from a file: one on a line, `#` begins a remark. */
import { readFile } from 'node:fs/promises';
import { parseRule } from '@bothy/telemetry/core';
import { BothyError, type Rule, ruleLimits } from '@bothy/wire';

const mostBytes = 1024 * 1024;

/** Throws `configuration_invalid`, with the line and column of a mistake. */
export async function readRules(file: string): Promise<readonly Rule[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw invalid(
      `The file of --rules, ${file}, cannot be read. Check its name, or leave the flag out.`,
      cause,
    );
  });
  if (text.length > mostBytes) throw invalid(`${file} is too large for a file of rules.`);
  const rules: Rule[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const parsed = parseRule(line);
    if (!parsed.ok) {
      const { column, sentence } = parsed.error;
      throw invalid(`${file}, line ${at + 1}, column ${column}: ${sentence}`);
    }
    if (rules.some(({ name }) => name === parsed.rule.name)) {
      throw invalid(
        `${file}, line ${at + 1}: there is a rule ${parsed.rule.name} already; give it another name.`,
      );
    }
    rules.push(parsed.rule);
  }
  if (rules.length > ruleLimits.rules) throw invalid(`${file} has more than ${ruleLimits.rules} rules.`);
  return rules;
}

function invalid(sentence: string, cause?: unknown): BothyError {
  return new BothyError('configuration_invalid', sentence, { cause });
}
