/** The table of concepts and the scenarios: what it names there is, and what there is of the textbook it names. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allScenarios, brokenScenarios } from '../soak/scenario-registry.ts';

const docs = new URL('../../docs/', import.meta.url);
const table = readFileSync(new URL('concepts/README.md', docs), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .join('\n');
const named = new Set([...table.matchAll(/`([a-z]+\/[a-z-]+)`/g)].map(([, name = '']) => name));

test('every scenario that the table names is one', async () => {
  const names = (await allScenarios()).map(({ name }) => name);
  expect([...named].filter((name) => !names.includes(name))).toEqual([]);
  expect(named.size).toBeGreaterThan(20);
});

test('every scenario of the textbook is in the table', async () => {
  const names = (await allScenarios())
    .map(({ name }) => name)
    .filter((name) => name.startsWith('protocols/'));
  expect(names.filter((name) => !named.has(name))).toEqual([]);
});

test('a known failure can be run without its fix, by the name that its failure is replayed by', async () => {
  const fixed = new Set((await allScenarios()).map(({ name }) => name));
  const broken = (await brokenScenarios()).map(({ name }) => name);
  expect(broken.length).toBeGreaterThan(20);
  for (const name of broken) {
    expect(name).toMatch(/\/broken$/);
    expect([fixed.has(name), fixed.has(name.replace('/broken', ''))]).toEqual([false, true]);
  }
});
