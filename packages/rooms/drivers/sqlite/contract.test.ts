/** The cases of every room store, and random writes, on a real file: what the model says is what is there. */
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { roomStoreCases } from '../../core/testing/room-store-cases.ts';
import { caseTombstones } from '../../core/testing/store-samples.ts';
import { OpenStore } from './testing/open-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: OpenStore;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await OpenStore.open({ file: join(folder.path, 'rooms.sqlite'), tombstones: caseTombstones });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

describe('[STORE1, STORE2, STORE3, STORE4, STORE5, STORE6, STORE7, STORE8] what every room store is tried with', () => {
  for (const { title, steps } of roomStoreCases) {
    test(title, async () => {
      for (const step of steps) {
        if (step === 'reopen') await store.reopen();
        else if ('ask' in step) expect(await store.query(step.ask)).toEqual(step.finding);
        else if ('holds' in step) expect(await store.snapshot()).toMatchObject(step.holds);
        else if (step.refused === undefined) await store.commit(step.commit);
        else {
          const { code, words } = step.refused;
          const refusal = { code, message: expect.stringContaining(words) };
          await expect(store.commit(step.commit)).rejects.toMatchObject(refusal);
        }
      }
      expect(store.failures).toEqual([]);
    });
  }
});
