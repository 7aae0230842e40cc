/** Random commits, good ones and refused ones, to the store and to the model: they agree on everything. */
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { BothyError, type RoomContent, type RoomEntry } from '@bothy/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RoomQuery, RoomWrite } from '../../core/records.ts';
import { RoomStoreModel } from '../../core/testing/room-store-model.ts';
import { ann, ben, entry, member, node, otherRoom, put, room } from '../../core/testing/store-samples.ts';
import { OpenStore } from './testing/open-store.ts';

const someRoom = fc.constantFrom(room, otherRoom);
const somebody = fc.constantFrom(ann, ben);
const epoch = fc.constantFrom(1, 1, 1, 1, 2);
/** Mostly right, sometimes off by one. */
const slip = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, -1, 1);
const target = fc.integer({ min: 0, max: 12 });

const content: fc.Arbitrary<RoomContent> = fc.oneof(
  fc.record({ kind: fc.constant('message' as const), body: fc.string({ unit: 'binary', maxLength: 8 }) }),
  fc.record({ kind: fc.constant('edit' as const), target, body: fc.string({ maxLength: 3 }) }),
  fc.record({ kind: fc.constant('redact' as const), target }),
);
const draft = fc.record({ content, author: somebody, key: fc.integer({ min: 0, max: 60 }), slip });

/** A write once it is known where the log of its room ends. */
type Draft = (lastSeq: (room: string) => number) => RoomWrite;

const append: fc.Arbitrary<Draft> = fc
  .record({ room: someRoom, epoch, slip, drafts: fc.array(draft, { maxLength: 4 }) })
  .map(({ room, epoch, slip, drafts }) => (lastSeq) => {
    const expectedLastSeq = lastSeq(room) + slip;
    const entries = drafts.map(({ content, author, key, slip }, index): RoomEntry => {
      return entry(expectedLastSeq + 1 + index + slip, content, { epoch, author, key: `k${key}` });
    });
    return { kind: 'append', room, epoch, expectedLastSeq, entries };
  });

const others: fc.Arbitrary<RoomWrite> = fc.oneof(
  fc
    .record({ room: someRoom, epoch, base: fc.nat(3), pinned: fc.array(target) })
    .map(({ room: id, ...rest }) => put({ id, ...rest })),
  fc.record({ room: someRoom, seqs: fc.array(target, { maxLength: 4 }) }).map(({ room, seqs }) => ({
    ...{ kind: 'dropBodies' as const, room, seqs },
  })),
  fc
    .record({ room: someRoom, person: somebody, verified: fc.boolean(), read: target })
    .map((change) => ({ kind: 'putMember' as const, member: member(change) })),
  fc.record({ kind: fc.constant('deleteMember' as const), room: someRoom, person: somebody }),
  fc.record({
    ...{ kind: fc.constant('putEpoch' as const), room: someRoom, epoch },
    ...{ firstSeq: target, administrator: fc.constant('n1') },
  }),
  fc
    .record({ room: someRoom, epoch, intent: fc.constantFrom('claim' as const, 'bury' as const) })
    .map((intent) => ({ kind: 'putIntent' as const, intent })),
  fc.record({ kind: fc.constant('deleteIntent' as const), room: someRoom }),
  fc.constantFrom<RoomWrite[]>({ kind: 'putNode', node }, { kind: 'deleteNode', node: node.id }),
);
const rare: fc.Arbitrary<RoomWrite> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('clearCopy' as const), room: someRoom }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteRoom' as const), room: someRoom, epoch }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('dropRoom' as const), room: someRoom }) },
);
const write: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 12, arbitrary: append },
  { weight: 6, arbitrary: others.map((write) => () => write) },
  { weight: 1, arbitrary: rare.map((write) => () => write) },
);
const commits = fc.array(fc.array(write, { minLength: 1, maxLength: 3 }), { minLength: 10, maxLength: 40 });

test('[STORE9] after any commits the store holds and answers what the model does', async () => {
  const outcomes = { done: 0, fenced: 0, storage_failed: 0 };
  await fc.assert(
    fc.asyncProperty(commits, async (drafts) => {
      const folder = temporaryFolder();
      const model = new RoomStoreModel();
      const store = await OpenStore.open({ file: join(folder.path, 'rooms.sqlite') });
      try {
        for (const each of [[() => put()], [() => put({ id: otherRoom })], ...drafts]) {
          const writes = each.map((draft) => draft((id) => lastSeqOf(model, id)));
          const expected = outcomeOf(() => model.commit(writes));
          outcomes[expected] += 1;
          const actual = await store.commit(writes).then(
            () => 'done',
            (thrown: unknown) => BothyError.from(thrown).code,
          );
          expect(actual).toBe(expected);
        }
        for (const query of questions) expect(await store.query(query)).toEqual(model.query(query));
        expect(await store.snapshot()).toEqual(model.snapshot());
      } finally {
        await store.close();
        folder.remove();
      }
    }),
    { numRuns: 25 },
  );
  // Runs that are refused throughout would show nothing.
  expect(outcomes.done).toBeGreaterThan(outcomes.fenced);
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(0);
});

const questions: readonly RoomQuery[] = [room, otherRoom].flatMap((room): RoomQuery[] => [
  { kind: 'entries', room, from: 0, to: 1_000, limit: 1_000, last: false },
  { kind: 'entries', room, from: 2, to: 9, limit: 3, last: false },
  { kind: 'entries', room, from: 2, to: 9, limit: 3, last: true },
  ...[ann, ben].flatMap((author) =>
    [0, 1, 2, 3, 4].map((n): RoomQuery => ({ kind: 'check', room, author, key: `k${n}`, target: n })),
  ),
]);

function lastSeqOf(model: RoomStoreModel, id: string): number {
  return model.snapshot().rooms.find((each) => each.id === id)?.lastSeq ?? 0;
}

function outcomeOf(commit: () => void): 'done' | 'fenced' | 'storage_failed' {
  try {
    commit();
    return 'done';
  } catch (thrown) {
    const { code } = BothyError.from(thrown);
    if (code === 'fenced' || code === 'storage_failed') return code;
    throw thrown;
  }
}
