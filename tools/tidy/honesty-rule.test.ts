import { expect, test } from 'vitest';
import { honestyRule } from './honesty-rule.ts';
import { findings } from './planted-repository.ts';

const tests = 'packages/wire/src/ids.test.ts';
const source = 'packages/wire/src/ids.ts';

test.each([
  `test.only('a', () => {});`,
  `describe.skip('a', () => {});`,
  `it.todo('a');`,
  `test.skipIf(true)('a', () => {});`,
  `describe.skip.each([1])('a', () => {});`,
])('%s leaves tests out', (line) => {
  expect(findings(honestyRule, { [tests]: line })).toEqual([`${tests}:1`]);
});

test.each([
  '// @ts-ignore',
  '// @ts-ignore: it works',
  '// @ts-expect-error',
  '/* @ts-nocheck */',
  '// biome-ignore lint/suspicious/noExplicitAny',
  '// biome-ignore lint/suspicious/noExplicitAny:',
  '// biome-ignore lint/suspicious/noExplicitAny: <explanation>',
  '// TODO later',
  '/* FIXME */',
])('%s hides something', (line) => {
  expect(findings(honestyRule, { [source]: `\n${line}\n` })).toEqual([`${source}:2`]);
});

test.each([
  `test.each([1])('a', () => {});`,
  'list.skip(1);',
  `const text = '// @ts-ignore';`,
  '// @ts-expect-error: the schema refuses it at run time',
  '// biome-ignore lint/suspicious/noExplicitAny: the library gives nothing better',
])('%s is fine', (line) => {
  expect(findings(honestyRule, { [tests]: line })).toEqual([]);
});
