import { expect, test } from 'vitest';
import { errorsRule } from './errors-rule.ts';
import { findings } from './planted-repository.ts';

const code = 'packages/wire/src/errors.ts';
const page = 'docs/reference/errors.md';
const list = `export const errorCodes = [\n  'not_found',\n  // A comment\n  'internal',\n] as const;\n`;
const head = '| code | when | what to do |\n|---|---|---|\n';
const notFound = '| `not_found` | nothing is there | look elsewhere |\n';
const internal = '| `internal` | a fault of ours | report it |\n';

test('the same codes in the same order pass', () => {
  expect(findings(errorsRule, { [code]: list, [page]: head + notFound + internal })).toEqual([]);
});

test('a code that is not described, and one that does not exist', () => {
  expect(findings(errorsRule, { [code]: list, [page]: head + notFound })).toEqual([`${code}:4`]);
  const extra = '| `gone` | once | nothing |\n';
  expect(findings(errorsRule, { [code]: list, [page]: head + notFound + internal + extra })).toEqual([
    `${page}:5`,
  ]);
});

test('another order, a code twice, an empty cell', () => {
  expect(findings(errorsRule, { [code]: list, [page]: head + internal + notFound })).toEqual([`${page}:3`]);
  expect(findings(errorsRule, { [code]: list, [page]: head + notFound + internal + internal })).toHaveLength(
    1,
  );
  const empty = '| `internal` | a fault of ours | |\n';
  expect(findings(errorsRule, { [code]: list, [page]: head + notFound + empty })).toEqual([`${page}:4`]);
});

test('a missing page', () => {
  expect(findings(errorsRule, { [code]: list })).toEqual([`${page}:1`]);
});
