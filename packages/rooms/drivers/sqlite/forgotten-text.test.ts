import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { append, entry, put, room } from '../../core/testing/store-samples.ts';
import { OpenStore } from './testing/open-store.ts';

test('[STORE17] of a text that was taken away no byte is left in the file once it is closed', async () => {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const file = join(folder.path, 'rooms.sqlite');
  const store = await OpenStore.open({ file, failed: () => {} });
  onTestFinished(() => store.close());
  // A short one lies in a page with others, a long one has pages of its own.
  const [short, long] = ['a secret of Ann', 'Ben tells all. '.repeat(1_000)];
  const message = (seq: number, body: string) => entry(seq, { kind: 'message', body });
  await store.commit([put(), append(0, [message(1, short), message(2, long), message(3, 'kept as it was')])]);
  const holds = (text: string): boolean =>
    readdirSync(folder.path).some((name) => readFileSync(join(folder.path, name)).includes(text));
  expect([short, 'Ben tells', 'kept as it was'].map(holds)).toEqual([true, true, true]);
  await store.commit([{ kind: 'dropBodies', room, seqs: [1, 2] }]);
  await store.reopen();
  expect([short, 'Ben tells', 'kept as it was'].map(holds)).toEqual([false, false, true]);
});
