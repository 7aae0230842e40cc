import { expect, test } from 'vitest';
import { findings } from './planted-repository.ts';
import { specRule } from './spec-rule.ts';

const spec = 'packages/protocols/SPEC.md';
const tests = 'packages/protocols/src/clock.test.ts';
const rules = '# Clock\n\n- **HLC1** It never goes back.\n- **HLC2** It stays near the wall clock.\n';

test('every rule quoted passes, several at once too', () => {
  const text = `test('[HLC1] never goes back', () => {});\ntest.each([1])('[HLC1, HLC2] %d', () => {});`;
  expect(findings(specRule, { [spec]: rules, [tests]: text })).toEqual([]);
});

test('a rule that no test quotes', () => {
  const text = `test('[HLC1] never goes back', () => {});`;
  expect(findings(specRule, { [spec]: rules, [tests]: text })).toEqual([`${spec}:4`]);
});

test('an id may begin with a digit', () => {
  const twoRules = '- **2PC1** All agree.\n- **2PC2** Commits are unanimous.\n';
  const text = `test('[2PC1] a', () => {});\ntest('[2PC3] b', () => {});`;
  expect(findings(specRule, { [spec]: twoRules, [tests]: text })).toEqual([`${spec}:2`, `${tests}:2`]);
});

test('only titles quote: a comment or a string does not', () => {
  const text = `// [HLC2]\ndescribe('[HLC1]', () => { const a = '[HLC2]'; });`;
  expect(findings(specRule, { [spec]: rules, [tests]: text })).toEqual([`${spec}:4`]);
});

test('a test that quotes a rule that does not exist in its package', () => {
  const text = `test('[HLC1] a', () => {});\ntest(\`[HLC2] b\`, () => {});\ntest('[HLC3] c', () => {});`;
  expect(findings(specRule, { [spec]: rules, [tests]: text })).toEqual([`${tests}:3`]);
  const other = 'packages/peer/core/step.test.ts';
  const files = {
    [spec]: rules,
    [tests]: text.split('\n').slice(0, 2).join('\n'),
    [other]: `test('[HLC1]', () => {});`,
  };
  expect(findings(specRule, files)).toEqual([`${other}:1`]);
});

test('tests across packages quote the rules of any', () => {
  const quoted = `test('[HLC1] a', () => {});\ntest('[HLC2] b', () => {});`;
  const across = { 'tests/browser/talk.test.ts': `test('[HLC1] a', () => {});\ntest('[XX1] b', () => {});` };
  expect(findings(specRule, { [spec]: rules, [tests]: quoted, ...across })).toEqual([
    'tests/browser/talk.test.ts:2',
  ]);
});

test('a rule that is defined twice', () => {
  const twice = `${rules}- **HLC1** Again.\n`;
  const text = `test('[HLC1, HLC2]', () => {});`;
  expect(findings(specRule, { [spec]: twice, [tests]: text })).toEqual([`${spec}:5`]);
});

test('a rule whose id is none would be tested by nobody', () => {
  const text = `test('[HLC1, HLC2]', () => {});\ntest('[P21]', () => {});`;
  const files = { [spec]: `${rules}- **P21** Two are drawn.\n\n- **Places.** Prose.\n`, [tests]: text };
  expect(findings(specRule, files)).toEqual([`${spec}:5`]);
});
