import { expect, test } from 'vitest';
import { lockRule } from './lock-rule.ts';

const manifest = { name: 'bothy', devDependencies: { bundler: '^1.0.0' } };
const bundler = {
  version: '1.0.0',
  dependencies: { colours: '1' },
  optionalDependencies: { 'bundler-linux': '1' },
};
const complete = {
  '': { devDependencies: { bundler: '^1.0.0' } },
  'node_modules/bundler': bundler,
  'node_modules/bundler/node_modules/colours': {},
  'node_modules/bundler-linux': { optional: true },
};

/** What the rule says of a lock file with these packages. */
function sentences(packages: object, root: object = manifest): string[] {
  const files = [
    { path: 'package.json', text: JSON.stringify(root) },
    { path: 'package-lock.json', text: JSON.stringify({ packages }) },
  ];
  return lockRule.check({ files }).map((violation) => `${violation.path}: ${violation.sentence}`);
}

test('a complete lock file passes', () => {
  expect(sentences(complete)).toEqual([]);
});

test('a binary of another platform that npm left out', () => {
  const { 'node_modules/bundler-linux': _, ...rest } = complete;
  expect(sentences(rest)).toEqual([expect.stringContaining('node_modules/bundler needs bundler-linux')]);
});

test('a nested package serves only its parent', () => {
  const packages = { ...complete, 'node_modules/other': { dependencies: { colours: '1' } } };
  expect(sentences(packages)).toEqual([expect.stringContaining('node_modules/other needs colours')]);
});

test('a package.json that was edited by hand', () => {
  const edited = { ...manifest, devDependencies: { bundler: '^2.0.0' } };
  expect(sentences(complete, edited)).toEqual([
    expect.stringContaining('package.json: package-lock.json is older'),
  ]);
});
