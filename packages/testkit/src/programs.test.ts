import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findProgram } from './programs.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderWith(file: string, mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'bothy-programs-'));
  folders.push(folder);
  writeFileSync(join(folder, file), '');
  chmodSync(join(folder, file), mode);
  return folder;
}

test('finds the first of several names that is installed', () => {
  const folder = folderWith('bothy-second', 0o755);
  expect(findProgram(['bothy-first', 'bothy-second'], folder)).toBe(join(folder, 'bothy-second'));
});

test('passes over a file that cannot be run, and says undefined when there is none', () => {
  const folder = folderWith('bothy-program', 0o644);
  expect(findProgram(['bothy-program'], folder)).toBeUndefined();
  expect(findProgram(['bothy-program'], '')).toBeUndefined();
});
