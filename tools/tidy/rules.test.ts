import { expect, test } from 'vitest';
import { plantedRepository } from './planted-repository.ts';
import { formatViolation, rules } from './rules.ts';

test('a violation is one line that an editor can follow', () => {
  const violation = { path: 'a/b.ts', line: 3, sentence: 'it is wrong' };
  expect(formatViolation('names', violation)).toBe('a/b.ts:3: names: it is wrong');
});

test('every rule has a name of its own', () => {
  expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
});

test('no rule throws on files that do not parse', () => {
  const repository = plantedRepository({ 'packages/wire/src/a.ts': 'const = {{{' });
  for (const rule of rules) expect(() => rule.check(repository)).not.toThrow();
});
