import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { expect, test } from 'vitest';
import { makeFolder } from './data-folder.ts';

test('a data folder is made with what leads to it, for its owner only; one that is there stays as it is', async () => {
  const folder = temporaryFolder();
  try {
    const deep = join(folder.path, 'srv', 'bothy');
    await makeFolder(deep);
    await makeFolder(deep);
    expect(statSync(deep).mode & 0o777).toBe(0o700);
    mkdirSync(join(folder.path, 'open'), { mode: 0o755 });
    await makeFolder(join(folder.path, 'open'));
    expect(statSync(join(folder.path, 'open')).mode & 0o777).toBe(0o755);
  } finally {
    folder.remove();
  }
});

test('where no folder can be made that is said, and not tried for ever', async () => {
  const folder = temporaryFolder();
  try {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    for (const impossible of [file, join(file, 'data'), '/proc/bothy', '/proc/bothy/data'])
      await expect(makeFolder(impossible)).rejects.toMatchObject({ code: 'data_directory_unusable' });
  } finally {
    folder.remove();
  }
});
