import { expect, test } from 'vitest';
import { orphansRule } from './orphans-rule.ts';
import { findings } from './planted-repository.ts';

test('exports, programs, configurations, pages, tests, and what they import are used', () => {
  const files = {
    'package.json': JSON.stringify({
      bin: { bothy: './bothy.mjs' },
      scripts: { test: 'node tools/run.mjs tools/test.ts' },
    }),
    'bothy.mjs': `import './tools/run.mjs';`,
    'tools/run.mjs': '',
    'tools/test.ts': `const a = await import('./late.ts');`,
    'tools/late.ts': '',
    'vitest.config.ts': `export default { globalSetup: ['tests/once.ts'] };`,
    'tests/once.ts': '',
    'packages/wire/src/index.ts': `export { a } from './a.ts';`,
    'packages/wire/src/a.ts': `new Worker(new URL('./worker.ts', import.meta.url));`,
    'packages/wire/src/worker.ts': '',
    'packages/wire/src/b.test.ts': `import './planted.ts';`,
    'packages/wire/src/planted.ts': '',
    'apps/web/index.html': '<script type="module" src="/src/main.tsx"></script>',
    'apps/web/src/main.tsx': '',
    'docs/concepts/examples/lamport-clock.ts': '',
  };
  expect(findings(orphansRule, files)).toEqual([]);
});

test('a file that nothing imports, and two that import only each other', () => {
  const files = {
    'packages/wire/src/index.ts': '',
    'packages/wire/src/alone.ts': '',
    'packages/wire/src/left.ts': `import './right.ts';`,
    'packages/wire/src/right.ts': `import './left.ts';`,
  };
  expect(findings(orphansRule, files)).toEqual([
    'packages/wire/src/alone.ts:1',
    'packages/wire/src/left.ts:1',
    'packages/wire/src/right.ts:1',
  ]);
});
