import { describe, expect, test } from 'vitest';
import { coreRule } from './core-rule.ts';
import { findings } from './planted-repository.ts';

const path = 'packages/peer/core/step.ts';

describe('what a core may not do', () => {
  test.each([
    'const at = Date.now();',
    'const at: Date = someDate;',
    'setTimeout(run, 10);',
    'queueMicrotask(run);',
    'const dice = Math.random();',
    `const dice = Math['random']();`,
    'const { random } = Math;',
    'const bytes = crypto.getRandomValues(new Uint8Array(1));',
    'console.log(1);',
    'performance.now();',
    'let later: Promise<void>;',
    'async function run() {}',
    'const run = async () => 1;',
    'globalThis.fetch;',
    'document.title;',
    'process.env;',
    `import { readFileSync } from 'node:fs';`,
    `import { z } from 'zod';`,
    `import { parseEntry } from '@bothy/wire/schemas';`,
    `import { PeerCore } from '@bothy/rooms/core';`,
    `export { a } from '../../wire/src/ids.ts';`,
  ])('%s', (line) => {
    expect(findings(coreRule, { [path]: `\n${line}\n` })).toEqual([`${path}:2`]);
  });

  test('await and dynamic import', () => {
    const text = `await run();\nfor await (const a of b) {}\nimport('@bothy/wire');\n`;
    expect(findings(coreRule, { [path]: text }).sort()).toEqual([`${path}:1`, `${path}:2`, `${path}:3`]);
  });

  test.each(['packages/protocols/src/clocks/a.ts', 'packages/rooms/views/a.ts'])(
    '%s is a core too',
    (core) => {
      expect(findings(coreRule, { [core]: 'console.log(1);' })).toEqual([`${core}:1`]);
    },
  );
});

describe('what a core may do', () => {
  test.each([
    `import type { Now } from '@bothy/protocols';`,
    `import { limits } from '@bothy/wire';`,
    `import { other } from './other.ts';`,
    'const most = Math.max(1, 2);',
    'const name = entry.document;',
    'const view = { history: [], process: 1 };',
    'interface View { readonly history: string; performance(): void }',
    'function draw(history: readonly string[]) { return history.length; }',
    'const { location } = contact; use(location);',
    '// Date.now() is passed in',
    `const word = 'Promise';`,
  ])('%s', (line) => {
    expect(findings(coreRule, { [path]: line })).toEqual([]);
  });

  test('drivers and tests are free', () => {
    const text = 'setTimeout(run, Math.random());';
    const free = { 'packages/peer/drivers/browser/a.ts': text, 'packages/peer/core/a.test.ts': text };
    expect(findings(coreRule, free)).toEqual([]);
  });
});
