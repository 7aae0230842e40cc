import { describe, expect, test } from 'vitest';
import { importsRule } from './imports-rule.ts';
import { layers, mayImport, type Place, placeOf } from './layers.ts';
import { findings } from './planted-repository.ts';

/** The violations of one file that holds this one line. */
function verdict(path: string, line: string): string[] {
  return findings(importsRule, { [path]: `\n${line}\n` });
}

describe('what the house allows', () => {
  test.each([
    ['packages/peer/core/step.ts', `import { a } from '@bothy/protocols';`],
    ['packages/peer/core/step.ts', `import { a } from './other.ts';`],
    ['packages/peer/drivers/browser/a.ts', `import { a } from '../../core/index.ts';`],
    ['packages/peer/scenarios/a.ts', `import type { Scenario } from '@bothy/simulator';`],
    ['packages/rooms/scenarios/a.ts', `import { a } from '@bothy/peer/core';`],
    ['packages/peer/core/step.test.ts', `import { a } from '@bothy/testkit';`],
    ['packages/peer/core/step.ts', `import { readFile } from 'node:fs';`],
    ['apps/cli/src/up.ts', `const node = await import('@bothy/node');`],
    ['tests/browser/talk.test.ts', `import { startNode } from '@bothy/node';`],
    ['bothy.mjs', `import { launch } from './tools/launcher/launch.mjs';`],
  ])('%s: %s', (path, line) => {
    expect(verdict(path, line)).toEqual([]);
  });
});

describe('what it refuses', () => {
  test.each([
    ['a layer above', 'packages/protocols/src/a.ts', `import { a } from '@bothy/wire';`],
    ['a type from a layer above', 'packages/wire/src/a.ts', `import type { A } from '@bothy/peer/core';`],
    ['a re-export from a layer above', 'packages/wire/src/a.ts', `export { a } from '@bothy/peer/core';`],
    ['a type written as import()', 'packages/wire/src/a.ts', `type A = import('@bothy/peer/core').A;`],
    ['a driver in a core', 'packages/peer/core/a.ts', `import { a } from '../drivers/browser/index.ts';`],
    [
      'another package by its path',
      'packages/wire/src/a.ts',
      `import { a } from '../../protocols/src/index.ts';`,
    ],
    ['what is not exported', 'packages/peer/core/a.ts', `import { a } from '@bothy/wire/src/limits.ts';`],
    [
      'the drivers of another package',
      'packages/rooms/drivers/a.ts',
      `import { a } from '@bothy/peer/drivers/browser';`,
    ],
    ['the core of another package', 'packages/rooms/core/a.ts', `import { a } from '@bothy/peer/core';`],
    ['the test kit outside a test', 'packages/peer/core/a.ts', `import { a } from '@bothy/testkit';`],
    ['an app', 'apps/web/src/a.ts', `import { startNode } from '@bothy/node';`],
    ['an app, loaded later', 'packages/broker/src/a.ts', `const a = await import('@bothy/node');`],
    ['tools', 'apps/cli/src/a.ts', `import { a } from '../../../tools/test.ts';`],
    [
      'a worker in another room',
      'packages/wire/src/a.ts',
      `new Worker(new URL('../../peer/core/a.ts', import.meta.url));`,
    ],
  ])('%s', (_, path, line) => {
    expect(verdict(path, line)).toEqual([`${path}:2`]);
  });

  test('a file without a room', () => {
    expect(verdict('packages/nowhere/src/a.ts', '')).toEqual(['packages/nowhere/src/a.ts:1']);
  });
});

test('no two rooms import each other', () => {
  const home = (room: string): Place => ({ room: room as Place['room'], home: 'packages/peer' });
  const rooms = Object.keys(layers);
  const mutual = rooms.flatMap((a) =>
    rooms.filter((b) => a < b && mayImport(home(a), home(b), false) && mayImport(home(b), home(a), false)),
  );
  expect(mutual).toEqual([]);
});

test('the room of a file is found from its path', () => {
  expect(placeOf('packages/peer/drivers/browser/a.ts')).toEqual({ room: 'drivers', home: 'packages/peer' });
  expect(placeOf('packages/wire/src/a.ts')).toEqual({ room: 'wire', home: 'packages/wire' });
  expect(placeOf('docs/concepts/examples/a.ts')).toEqual({ room: 'docs', home: 'docs' });
  expect(placeOf('vitest.config.ts')).toEqual({ room: 'root', home: '' });
});
