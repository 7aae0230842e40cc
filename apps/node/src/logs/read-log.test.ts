import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogFile } from '../log-file.ts';
import { readLog } from './read-log.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

async function wholeLog(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLog({ folder: folder.path })) lines.push(line);
  return lines;
}

test('both files, the older one first; a last line without end is no line yet', async () => {
  const path = join(folder.path, 'node.log');
  writeFileSync(`${path}.1`, 'one\ntwo\n');
  writeFileSync(path, 'three\n\nfour €\nfi');
  expect(await wholeLog()).toEqual(['one', 'two', 'three', 'four €']);
});

test('a folder without a log is told', async () => {
  const missing = { code: 'data_directory_unusable', message: expect.stringContaining('--data') };
  await expect(wholeLog()).rejects.toMatchObject(missing);
});

test('what comes is followed over the turn of a full file, without a line lost or doubled', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const reading = (async () => {
    for await (const line of readLog({ folder: folder.path, follow: true, signal: stop.signal }))
      seen.push(line);
  })();
  // Before there is a file.
  const log = new LogFile(join(folder.path, 'node.log'), 1_000);
  const expected: string[] = [];
  for (let n = 1; n <= 150; n += 1) {
    expected.push(`line ${n}`);
    log.write(`line ${n}\n`);
    // Each 1,000 bytes fill a file; a reader that is a whole file behind has lost it.
    if (n % 75 === 0) await expect.poll(() => seen.length).toBe(n);
  }
  expect(seen).toEqual(expected);
  stop.abort();
  await reading;
  log.close();
});

test('what was written just before the turn is read from the old file', async () => {
  const path = join(folder.path, 'node.log');
  writeFileSync(path, 'one\n');
  const stop = new AbortController();
  const lines = readLog({ folder: folder.path, follow: true, signal: stop.signal });
  expect((await lines.next()).value).toBe('one');
  appendFileSync(path, 'two\n');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'three\n');
  expect([(await lines.next()).value, (await lines.next()).value]).toEqual(['two', 'three']);
  stop.abort();
  expect((await lines.next()).done).toBe(true);
});
