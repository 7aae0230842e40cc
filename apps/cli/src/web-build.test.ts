import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildWeb, type WebBuildFolders, webBuildFolders, webBuildState } from './web-build.ts';

let folders: WebBuildFolders;

beforeEach(() => {
  folders = webBuildFolders(mkdtempSync(join(tmpdir(), 'bothy-web-build-')));
  put('package-lock.json', '{}');
  put('apps/web/package.json', JSON.stringify({ dependencies: { '@bothy/peer': '0.1.0', react: '1' } }));
  put('apps/web/src/main.tsx', 'draw()');
  put('packages/peer/package.json', JSON.stringify({ dependencies: { '@bothy/wire': '0.1.0' } }));
  put('packages/peer/core/step.ts', '1');
  put('packages/wire/package.json', '{}');
  put('packages/wire/src/ids.ts', '1');
  put('packages/store/package.json', '{}');
});
afterEach(() => rmSync(folders.root, { recursive: true }));

function put(path: string, text: string): void {
  const file = join(folders.root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const succeed = async () => {
  put('apps/web/dist/index.html', '<html>');
  return { code: 0, output: '' };
};

test('a first start builds, a second one does not', async () => {
  expect(webBuildState(folders)).toBe('missing');
  await buildWeb(folders, succeed);
  expect(webBuildState(folders)).toBe('current');
});

test.each([
  ['the web app', 'apps/web/src/main.tsx'],
  ['a new file of it', 'apps/web/src/other.css'],
  ['a package it uses', 'packages/peer/core/step.ts'],
  ['a package that one uses', 'packages/wire/src/ids.ts'],
  ['an outside library', 'package-lock.json'],
])('it is built again when %s changed', async (_, path) => {
  await buildWeb(folders, succeed);
  put(path, 'changed');
  expect(webBuildState(folders)).toBe('stale');
});

test.each([
  'packages/store/src/a.ts',
  'packages/wire/src/ids.test.ts',
  'apps/web/README.md',
  'apps/web/dist/a.js',
])('a change of %s does not matter', async (path) => {
  await buildWeb(folders, succeed);
  put(path, 'changed');
  expect(webBuildState(folders)).toBe('current');
});

test('what is edited during a build is built the next time', async () => {
  await buildWeb(folders, async () => {
    put('apps/web/src/main.tsx', 'edited');
    return succeed();
  });
  expect(webBuildState(folders)).toBe('stale');
});

test('a build that fails says why and leaves no stamp', async () => {
  const broken = async () => ({ code: 1, output: 'main.tsx:1 unexpected token' });
  await expect(buildWeb(folders, broken)).rejects.toMatchObject({
    code: 'setup_failed',
    message: expect.stringContaining('unexpected token'),
  });
  expect(webBuildState(folders)).toBe('missing');
});
