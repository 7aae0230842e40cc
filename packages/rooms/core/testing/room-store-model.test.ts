import { describe, expect, test } from 'vitest';
import { roomStoreCases } from './room-store-cases.ts';
import { RoomStoreModel } from './room-store-model.ts';
import { caseTombstones, put, record } from './store-samples.ts';

describe('the model keeps to what every room store is tried with', () => {
  for (const { title, steps } of roomStoreCases) {
    test(title, () => {
      const model = new RoomStoreModel({ tombstones: caseTombstones });
      for (const step of steps) {
        if (step === 'reopen') continue;
        if ('ask' in step) expect(model.query(step.ask)).toEqual(step.finding);
        else if ('holds' in step) expect(model.snapshot()).toMatchObject(step.holds);
        else if (step.refused === undefined) model.commit(step.commit);
        else {
          const { code, words } = step.refused;
          const refusal = expect.objectContaining({ code, message: expect.stringContaining(words) });
          expect(() => model.commit(step.commit)).toThrow(refusal);
        }
      }
    });
  }
});

test('a snapshot is of its moment', () => {
  const model = new RoomStoreModel();
  const before = model.snapshot();
  model.write(put());
  expect(before.rooms).toEqual([]);
  expect(model.snapshot().rooms).toEqual([record()]);
});
