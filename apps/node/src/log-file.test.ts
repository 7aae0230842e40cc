import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogFile } from './log-file.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

test('lines are appended, also to those of an earlier start', () => {
  const file = join(folder.path, 'node.log');
  for (const line of ['one\n', 'two\n']) {
    const log = new LogFile(file);
    log.write(line);
    log.close();
  }
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a full file moves beside the new one, and only one is kept', () => {
  const file = join(folder.path, 'node.log');
  const log = new LogFile(file, 10);
  for (const line of ['aaaaaa\n', 'bbbbbb\n', 'cccccc\n', 'longer than the limit\n']) log.write(line);
  log.close();
  expect(readFileSync(file, 'utf8')).toBe('longer than the limit\n');
  expect(readFileSync(`${file}.1`, 'utf8')).toBe('cccccc\n');
});

test('what is written after the end is dropped', () => {
  const log = new LogFile(join(folder.path, 'node.log'));
  log.close();
  log.close();
  log.write('late\n');
  expect(readFileSync(join(folder.path, 'node.log'), 'utf8')).toBe('');
});

test('a file that cannot be written is told with what to do', () => {
  const file = join(folder.path, 'node.log');
  mkdirSync(file);
  expect(() => new LogFile(file)).toThrow(expect.objectContaining({ code: 'data_directory_unusable' }));
});
