/** What is found, forgotten and kept beside the logs. */
import type { CommitRecord } from '@bothy/protocols';
import type { RoomStoreCase } from './store-case.ts';
import {
  ann,
  append,
  ask,
  ben,
  entry,
  file,
  found,
  member,
  node,
  otherRoom,
  put,
  record,
  room,
  says,
} from './store-samples.ts';

const preparing: CommitRecord = {
  role: 'coordinator',
  transaction: `${room} 1 delete-1`,
  subject: room,
  state: 'preparing',
  participants: ['n1', 'n2'],
};
const prepared: CommitRecord = {
  role: 'participant',
  transaction: `${otherRoom} 1 delete-2`,
  subject: otherRoom,
  state: 'prepared',
  coordinator: 'n2',
};

export const recordCases: readonly RoomStoreCase[] = [
  {
    title: 'a check finds the entry of a key, its target, and the edits of that',
    steps: [
      {
        commit: [
          put(),
          append(0, [
            says(1),
            says(2),
            entry(3, { kind: 'edit', target: 1, body: 'first' }, { author: ben }),
            entry(4, { kind: 'react', target: 1, emoji: '☕', on: true }),
            entry(5, { kind: 'edit', target: 2, body: 'other' }),
            entry(6, { kind: 'edit', target: 1, body: 'second' }),
          ]),
        ],
      },
      {
        ask: { kind: 'check', room, author: ben, key: 'k3', target: 1 },
        finding: {
          kind: 'check',
          existing: entry(3, { kind: 'edit', target: 1, body: 'first' }, { author: ben }),
          target: says(1),
          edits: [3, 6],
        },
      },
      {
        ask: { kind: 'check', room, author: ann, key: 'k3', target: null },
        finding: { kind: 'check', existing: null, target: null, edits: [] },
      },
      {
        ask: { kind: 'check', room, author: ann, key: 'k2', target: 99 },
        finding: { kind: 'check', existing: says(2), target: null, edits: [] },
      },
    ],
  },
  {
    title: 'a dropped body is gone with its files, and the rest of the entry stays',
    steps: [
      {
        commit: [
          put(),
          append(0, [
            entry(1, { kind: 'message', body: 'secret', replyTo: 9, attachments: [file] }),
            entry(2, { kind: 'edit', target: 1, body: 'more' }),
            entry(3, { kind: 'redact', target: 1, reason: 'private' }),
            says(4),
          ]),
          { kind: 'dropBodies', room, seqs: [1, 2, 3, 77] },
        ],
      },
      'reopen',
      {
        ask: ask(1, 9, 9),
        finding: found(
          entry(1, { kind: 'message', body: null, replyTo: 9 }),
          entry(2, { kind: 'edit', target: 1, body: null }),
          entry(3, { kind: 'redact', target: 1, reason: 'private' }),
          says(4),
        ),
      },
      {
        ask: { kind: 'check', room, author: ann, key: 'k2', target: 1 },
        finding: {
          kind: 'check',
          existing: entry(2, { kind: 'edit', target: 1, body: null }),
          target: entry(1, { kind: 'message', body: null, replyTo: 9 }),
          edits: [2],
        },
      },
    ],
  },
  {
    title: 'a copy that is cleared starts anew where its record says',
    steps: [
      { commit: [{ kind: 'clearCopy', room }, put({ base: 4 }), append(4, [says(5)])] },
      { commit: [{ kind: 'putMember', member: member() }] },
      { holds: { rooms: [record({ base: 4, lastSeq: 5 })] } },
      { commit: [{ kind: 'clearCopy', room }] },
      { holds: { rooms: [record({ base: 4, lastSeq: 4 })], members: [], tombstones: [] } },
      { commit: [put({ base: 9 }), append(9, [says(10, 'x', { key: 'k5' })])] },
      { ask: ask(1, 99, 9), finding: found(says(10, 'x', { key: 'k5' })) },
      { holds: { rooms: [record({ base: 9, lastSeq: 10 })] } },
    ],
  },
  {
    title: 'members and nodes are kept, replaced and removed',
    steps: [
      {
        holds: { rooms: [], members: [], tombstones: [], intents: [], commits: [], nodes: [], fresh: true },
      },
      { commit: [{ kind: 'putMember', member: member({ person: ben, verified: false }) }, put()] },
      { commit: [{ kind: 'putMember', member: member({ role: 'reader', read: 3 }) }] },
      { commit: [{ kind: 'putMember', member: member({ standing: 'banned', read: 4 }) }] },
      {
        commit: [
          { kind: 'putNode', node },
          { kind: 'putNode', node: { ...node, id: 'n1' } },
        ],
      },
      { commit: [{ kind: 'putNode', node: { ...node, webUrl: 'https://hut.example/' } }] },
      'reopen',
      {
        holds: {
          members: [member({ standing: 'banned', read: 4 }), member({ person: ben, verified: false })],
          nodes: [
            { ...node, id: 'n1' },
            { ...node, webUrl: 'https://hut.example/' },
          ],
          fresh: false,
        },
      },
      {
        commit: [
          { kind: 'deleteMember', room, person: ann },
          { kind: 'deleteNode', node: 'n2' },
        ],
      },
      {
        commit: [
          { kind: 'deleteNode', node: 'n1' },
          { kind: 'deleteMember', room, person: ben },
        ],
      },
      'reopen',
      { holds: { members: [], nodes: [], fresh: false } },
    ],
  },
  {
    title: 'what the directory has to be told of rooms is kept, replaced and forgotten',
    steps: [
      { commit: [put(), { kind: 'putIntent', intent: { room, intent: 'claim', epoch: 1 } }] },
      { commit: [{ kind: 'putIntent', intent: { room: otherRoom, intent: 'claim', epoch: 1 } }] },
      { commit: [{ kind: 'putIntent', intent: { room: otherRoom, intent: 'bury', epoch: 2 } }] },
      'reopen',
      {
        holds: {
          intents: [
            { room, intent: 'claim', epoch: 1 },
            { room: otherRoom, intent: 'bury', epoch: 2 },
          ],
        },
      },
      { commit: [{ kind: 'deleteIntent', room: otherRoom }] },
      { commit: [{ kind: 'deleteIntent', room: 'unknown' }] },
      'reopen',
      { holds: { intents: [{ room, intent: 'claim', epoch: 1 }] } },
    ],
  },
  {
    title: 'a room that is dropped leaves nothing, and may come again',
    steps: [
      {
        commit: [
          put(),
          { kind: 'putEpoch', room, epoch: 1, firstSeq: 1, administrator: 'n1' },
          append(0, [says(1), says(2)]),
          { kind: 'putMember', member: member() },
          { kind: 'putIntent', intent: { room, intent: 'claim', epoch: 1 } },
        ],
      },
      { commit: [{ kind: 'dropRoom', room }] },
      { commit: [{ kind: 'dropRoom', room }] },
      'reopen',
      { holds: { rooms: [], members: [], tombstones: [], intents: [] } },
      { ask: ask(1, 9, 9), finding: found() },
      { commit: [put(), append(0, [says(1, 'anew')])] },
      { ask: ask(1, 9, 9), finding: found(says(1, 'anew')) },
    ],
  },
  {
    title: 'decisions are kept, replaced and forgotten',
    steps: [
      {
        commit: [
          { kind: 'putCommit', record: preparing },
          { kind: 'putCommit', record: prepared },
        ],
      },
      { commit: [{ kind: 'putCommit', record: { ...preparing, state: 'committed' } }] },
      'reopen',
      { holds: { commits: [{ ...preparing, state: 'committed' }, prepared] } },
      { commit: [{ kind: 'deleteCommit', transaction: preparing.transaction }] },
      { commit: [{ kind: 'deleteCommit', transaction: 'unknown' }] },
      'reopen',
      { holds: { commits: [prepared] } },
    ],
  },
];
