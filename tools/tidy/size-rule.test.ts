import { expect, test } from 'vitest';
import { findings } from './planted-repository.ts';
import { sizeRule } from './size-rule.ts';

const path = 'packages/peer/core/step.ts';
const ratchet = 'tools/tidy/size-ratchet.json';
const lines = (count: number): string => '//\n'.repeat(count);

test('350 lines pass, one more does not', () => {
  expect(findings(sizeRule, { [path]: lines(350) })).toEqual([]);
  expect(findings(sizeRule, { [path]: lines(351) })).toEqual([`${path}:351`]);
});

test('a listed file keeps its size, and never grows', () => {
  const listed = { [ratchet]: JSON.stringify({ [path]: 400 }) };
  expect(findings(sizeRule, { ...listed, [path]: lines(400) })).toEqual([]);
  expect(findings(sizeRule, { ...listed, [path]: lines(401) })).toEqual([`${path}:401`]);
});

test('the list follows a file that shrinks or goes', () => {
  const listed = { [ratchet]: JSON.stringify({ [path]: 400 }) };
  expect(findings(sizeRule, { ...listed, [path]: lines(390) })).toEqual([`${ratchet}:1`]);
  expect(findings(sizeRule, { ...listed, [path]: lines(20) })).toEqual([`${ratchet}:1`]);
  expect(findings(sizeRule, listed)).toEqual([`${ratchet}:1`]);
});
