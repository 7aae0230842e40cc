/** What a log takes, and how it is read. */
import type { RoomStoreCase } from './store-case.ts';
import {
  ann,
  append,
  ask,
  ben,
  entry,
  found,
  odd,
  otherRoom,
  put,
  record,
  room,
  says,
  three,
} from './store-samples.ts';

export const logCases: readonly RoomStoreCase[] = [
  {
    title: 'what was appended is found, over a restart too, from the front and from the end',
    steps: [
      { commit: [put(), append(0, [says(1), says(2)])] },
      { commit: [append(2, [says(3)])] },
      { ask: ask(1, 3, 10), finding: found(...three) },
      'reopen',
      { ask: ask(1, 3, 10), finding: found(...three) },
      { ask: ask(2, 2, 10), finding: found(three[1]) },
      { ask: ask(1, 3, 2), finding: found(three[0], three[1]) },
      { ask: ask(1, 3, 2, true), finding: found(three[1], three[2]) },
      { ask: ask(4, 9, 10), finding: found() },
      { ask: { ...ask(1, 3, 10), room: otherRoom }, finding: found() },
    ],
  },
  {
    title: 'every kind of content comes back as it was',
    steps: [
      {
        commit: [
          put(),
          append(0, [
            says(1, odd, { name: 'Zoë ☕' }),
            entry(2, { kind: 'unknown', original: 'later', fields: { deep: [{ a: null }] } }),
            entry(
              3,
              { kind: 'left', person: ben, personName: 'ben', reason: 'nodeFailed' },
              { author: 'node:n1' },
            ),
          ]),
        ],
      },
      {
        ask: ask(1, 9, 10),
        finding: found(
          says(1, odd, { name: 'Zoë ☕' }),
          entry(2, { kind: 'unknown', original: 'later', fields: { deep: [{ a: null }] } }),
          entry(
            3,
            { kind: 'left', person: ben, personName: 'ben', reason: 'nodeFailed' },
            { author: 'node:n1' },
          ),
        ),
      },
    ],
  },
  {
    title: 'the log says how long it is, whatever a record says',
    steps: [
      { commit: [put({ lastSeq: 7 }), append(0, [...three]), put({ lastSeq: 1, pinned: [2, 1] })] },
      { holds: { rooms: [record({ lastSeq: 3, pinned: [2, 1] })] } },
      { commit: [append(3, [says(4)])] },
      { holds: { rooms: [record({ lastSeq: 4, pinned: [2, 1] })] } },
    ],
  },
  {
    title: 'an append that expects another end is a conflict, and what came with it is not kept',
    steps: [
      { commit: [put(), append(0, [says(1)])] },
      {
        commit: [put({ name: 'Coffee' }), append(0, [says(1, 'other', { key: 'x' })])],
        refused: { code: 'storage_failed', words: 'ends at 1, not at 0' },
      },
      { commit: [append(5, [says(6)])], refused: { code: 'storage_failed', words: 'ends at 1, not at 5' } },
      {
        commit: [append(1, [says(2), says(4)])],
        refused: { code: 'storage_failed', words: 'lacks 3 before 4' },
      },
      { commit: [append(0, [], 1)], refused: { code: 'storage_failed', words: 'ends at 1' } },
      { holds: { rooms: [record({ lastSeq: 1 })] } },
      { ask: ask(1, 9, 9), finding: found(says(1)) },
      { commit: [append(1, [says(2)])] },
    ],
  },
  {
    title: 'one key of an author is written once, in a room',
    steps: [
      { commit: [put(), put({ id: otherRoom }), append(0, [says(1)])] },
      {
        commit: [append(1, [says(2), says(3, 'x', { key: 'k1' })])],
        refused: { code: 'storage_failed', words: `an entry of ${ann} with the key k1 already` },
      },
      {
        commit: [append(1, [says(2, 'x', { key: 'twice' }), says(3, 'x', { key: 'twice' })])],
        refused: { code: 'storage_failed', words: 'with the key twice already' },
      },
      { commit: [append(1, [says(2, 'x', { author: ben, key: 'k1' })])] },
      { commit: [{ kind: 'append', room: otherRoom, epoch: 1, expectedLastSeq: 0, entries: [says(1)] }] },
      { ask: ask(1, 9, 9), finding: found(says(1), says(2, 'x', { author: ben, key: 'k1' })) },
    ],
  },
  {
    title: 'a room that is not stored takes no entries',
    steps: [
      { commit: [append(0, [says(1)])], refused: { code: 'storage_failed', words: 'not stored' } },
      {
        commit: [{ kind: 'putEpoch', room, epoch: 1, firstSeq: 1, administrator: 'n1' }],
        refused: { code: 'storage_failed', words: 'not stored' },
      },
      { holds: { rooms: [], fresh: true } },
    ],
  },
];
