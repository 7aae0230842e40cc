import { expect, test } from 'vitest';
import { namesRule } from './names-rule.ts';
import { findings } from './planted-repository.ts';

test.each(['packages/wire/src/utils.ts', 'apps/web/src/helpers/a.ts', 'packages/peer/core/link-manager.ts'])(
  '%s says nothing',
  (path) => {
    expect(findings(namesRule, { [path]: '' })).toEqual([`${path}:1`]);
  },
);

test('a word within a word is fine', () => {
  expect(
    findings(namesRule, { 'packages/wire/src/commonality.ts': '', 'packages/wire/src/miscount.ts': '' }),
  ).toEqual([]);
});

test('exports are listed', () => {
  const path = 'packages/wire/src/index.ts';
  expect(findings(namesRule, { [path]: `export { a } from './a.ts';\nexport * from './b.ts';` })).toEqual([
    `${path}:2`,
  ]);
  expect(findings(namesRule, { [path]: `export * as ids from './ids.ts';` })).toEqual([]);
});
