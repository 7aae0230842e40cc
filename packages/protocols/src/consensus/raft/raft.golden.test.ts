/** Scripts and what comes of them, in one file each: packages/protocols/testing/raft-script.ts says how to read them. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { playScript } from '../../../testing/raft-script.ts';

test.each([
  'election',
  'replication',
  'conflicting-logs',
  'snapshot',
  'lost-messages',
  'transfer',
  'joint-change',
  'leader-leaves',
  'check-quorum',
])('%s', async (name) => {
  const file = new URL(`../../testdata/raft-${name}.txt`, import.meta.url).pathname;
  await expect(playScript(readFileSync(file, 'utf8'))).toMatchFileSnapshot(file);
});
