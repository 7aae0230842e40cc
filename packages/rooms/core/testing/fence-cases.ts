/** Epochs and deleted rooms: what a stale node may not do. */
import type { RoomsSnapshot, RoomWrite } from '../records.ts';
import type { RoomStoreCase } from './store-case.ts';
import { ann, append, ask, found, member, node, put, record, room, says } from './store-samples.ts';

export const fenceCases: readonly RoomStoreCase[] = [
  {
    title: 'a write under an epoch that has been replaced is fenced',
    steps: [
      { commit: [put({ epoch: 2 }), append(0, [says(1, 'x', { epoch: 2 })], 2)] },
      {
        commit: [{ kind: 'putNode', node }, append(1, [says(2)])],
        refused: { code: 'fenced', words: 'is at epoch 2' },
      },
      { commit: [put()], refused: { code: 'fenced', words: 'is at epoch 2' } },
      {
        commit: [{ kind: 'putEpoch', room, epoch: 1, firstSeq: 1, administrator: 'n1' }],
        refused: { code: 'fenced', words: 'is at epoch 2' },
      },
      {
        commit: [{ kind: 'deleteRoom', room, epoch: 1 }],
        refused: { code: 'fenced', words: 'is at epoch 2' },
      },
      { holds: { rooms: [record({ epoch: 2, lastSeq: 1 })], nodes: [], tombstones: [] } },
    ],
  },
  {
    title: 'an epoch that was only recorded, or appended under, fences as well',
    steps: [
      { commit: [put(), { kind: 'putEpoch', room, epoch: 3, firstSeq: 1, administrator: 'n2' }] },
      { commit: [append(0, [says(1)], 2)], refused: { code: 'fenced', words: 'is at epoch 3' } },
      { commit: [append(0, [says(1)], 4)] },
      'reopen',
      { commit: [append(1, [says(2)], 3)], refused: { code: 'fenced', words: 'is at epoch 4' } },
    ],
  },
  {
    title: 'a deleted room is gone, and does not come back',
    steps: [
      { commit: [put(), append(0, [says(1)]), { kind: 'putMember', member: member() }] },
      { commit: [{ kind: 'putEpoch', room, epoch: 2, firstSeq: 2, administrator: 'n1' }] },
      { commit: [{ kind: 'deleteRoom', room, epoch: 2 }] },
      { holds: { rooms: [], members: [], tombstones: [{ room, epoch: 2 }], fresh: false } },
      { ask: ask(1, 9, 9), finding: found() },
      'reopen',
      { commit: [put({ epoch: 9 })], refused: { code: 'fenced', words: 'was deleted' } },
      { commit: [append(1, [says(2)], 9)], refused: { code: 'fenced', words: 'was deleted' } },
      {
        commit: [{ kind: 'putMember', member: member() }],
        refused: { code: 'fenced', words: 'was deleted' },
      },
      {
        commit: [{ kind: 'putEpoch', room, epoch: 9, firstSeq: 2, administrator: 'n1' }],
        refused: { code: 'fenced', words: 'was deleted' },
      },
      { commit: [{ kind: 'deleteMember', room, person: ann }] },
      { holds: { rooms: [], members: [], tombstones: [{ room, epoch: 2 }] } },
    ],
  },
  {
    title: 'of the deleted rooms the oldest is forgotten',
    steps: [
      { commit: ['a', 'b', 'c', 'a'].map((name) => buried(name, 2)) },
      { commit: [buried('a', 1)] },
      { holds: { tombstones: ['a', 'b', 'c'].map((name) => ({ room: name.repeat(20), epoch: 2 })) } },
      { commit: [buried('d', 1), buried('e', 1)] },
      { holds: { tombstones: [tombstone('c', 2), tombstone('d', 1), tombstone('e', 1)] } },
      'reopen',
      { commit: [put()] },
      { holds: { rooms: [record()], tombstones: [tombstone('c', 2), tombstone('d', 1), tombstone('e', 1)] } },
    ],
  },
];

function buried(name: string, epoch: number): RoomWrite {
  return { kind: 'deleteRoom', room: name.repeat(20), epoch };
}

function tombstone(name: string, epoch: number): RoomsSnapshot['tombstones'][number] {
  return { room: name.repeat(20), epoch };
}
