import { describe, expect, test } from 'vitest';
import { joinBatch, splitBatch } from './batch.ts';
import { decodeMessage } from './decode-message.ts';
import * as pb from './gen/cluster.ts';

const room = 'aaaaaaaaaaaaaaaaaaaa';
const bytes = (kind: pb.Message['kind']) => pb.Message.encode({ kind }).finish();
const entry = {
  epoch: 1,
  seq: 1,
  author: 'guest:ben',
  name: 'ben',
  sentAt: 1,
  key: 'm1',
  kind: 'message',
  contentJson: '{"body":"Hello"}',
};
const deliver = (change: Partial<pb.RoomEntry>) =>
  bytes({
    $case: 'deliver',
    value: { room, epoch: 1, entries: [{ ...entry, ...change }], commitSeq: 1, trace: '' },
  });
const forward = (commandJson: string, kind = 'send') => {
  const actor = { person: 'guest:ben', name: 'ben', verified: false, operator: false };
  return bytes({ $case: 'forward', value: { id: '1', actor, kind, room, commandJson, trace: '' } });
};
const replicated = (kind: pb.Replicated['kind']) => bytes({ $case: 'replicated', value: { kind } });
const append = (content: pb.RaftEntry['content'], index = 1) =>
  replicated({
    $case: 'raft',
    value: {
      directory: 'd',
      kind: {
        $case: 'append',
        value: {
          term: 1,
          round: 1,
          previousIndex: 0,
          previousTerm: 0,
          entries: [{ index, term: 1, content }],
          commit: 0,
        },
      },
    },
  });
const word = { node: 'n1', incarnation: 1, status: pb.SwimStatus.ALIVE, by: '' };
const swim = (updates: pb.SwimUpdate[], kind: pb.Swim['kind'] = { $case: 'ping', value: { seq: 1 } }) =>
  bytes({ $case: 'swim', value: { incarnation: 1, updates, kind } });
const deep = `${'['.repeat(50)}${']'.repeat(50)}`;

const wrong: readonly (readonly [string, Uint8Array, string])[] = [
  ['a room that is no id', bytes({ $case: 'unfollow', value: { room: '../..' } }), 'unfollow.room'],
  ['an author that is nobody', deliver({ author: 'root' }), 'entry.author'],
  ['an entry before the first', deliver({ seq: 0 }), 'entry.seq'],
  ['content that is not JSON', deliver({ contentJson: '{' }), 'entry.contentJson'],
  ['content that is no object', deliver({ contentJson: '[]' }), 'entry.contentJson'],
  ['content that nests too deep', deliver({ contentJson: `{"body":${deep}}` }), 'entry.contentJson'],
  ['a body that is no text', deliver({ contentJson: '{"body":7}' }), 'entry.message.body'],
  [
    'a body that is too large',
    deliver({ contentJson: JSON.stringify({ body: 'x'.repeat(65 * 1024) }) }),
    'entry.message.body',
  ],
  ['a kind that is no word', deliver({ kind: '__proto__' }), 'entry.kind'],
  ['an unknown command', forward('{}', 'destroy'), 'command.kind'],
  ['a command that is not whole', forward('{"messageId":"m1"}'), 'command.body'],
  [
    'a role of a later version',
    bytes({
      $case: 'following',
      value: {
        room: {
          id: room,
          name: 'r',
          description: '',
          visibility: 1,
          memberCount: 1,
          epoch: 1,
          lastSeq: 1,
          deleting: false,
          visibleTo: [],
        },
        members: [{ person: 'guest:ben', name: 'ben', role: 9 as pb.Role, verified: false, presence: 1 }],
        pinned: [],
        base: { epoch: 1, seq: 0 },
        commit: { epoch: 1, seq: 1 },
      },
    }),
    'following.snapshot.members.0.role',
  ],
  [
    'a place that is missing',
    bytes({ $case: 'follow', value: { room, after: undefined, online: [] } }),
    'follow.after',
  ],
  [
    'an answer without a result',
    bytes({ $case: 'forwarded', value: { id: '1', result: undefined } }),
    'result',
  ],
  [
    'an answer that is no answer',
    bytes({
      $case: 'forwarded',
      value: { id: '1', result: { $case: 'valueJson', value: '{"seq":-1,"epoch":1}' } },
    }),
    'value.seq',
  ],
  [
    'a QoS that MQTT does not have',
    bytes({
      $case: 'bridge',
      value: {
        kind: {
          $case: 'publish',
          value: { number: 1, message: { topic: 'env/a', payload: new Uint8Array(), qos: 3, retain: false } },
        },
      },
    }),
    'message.qos',
  ],
  ['a bridge that says nothing', bytes({ $case: 'bridge', value: { kind: undefined } }), 'bridge'],
  ['nothing about the directory', replicated(undefined), 'replicated'],
  [
    'a leader that is no node',
    replicated({
      $case: 'about',
      value: { directory: 'd', term: 1, leader: '../n1', voters: [], learners: [], level: 1 },
    }),
    'about.leader',
  ],
  [
    'a command that is none',
    replicated({ $case: 'ask', value: { directory: 'd', id: '1', commandJson: '{"kind":"dropAll"}' } }),
    'kind',
  ],
  [
    'a name that is none',
    replicated({
      $case: 'ask',
      value: {
        directory: 'd',
        id: '1',
        commandJson: '{"kind":"releaseName","name":"A/b","at":{"ms":1,"counter":0}}',
      },
    }),
    'name',
  ],
  ['an entry of a later version, which is not taken for nothing', append(undefined), 'an entry'],
  ['an entry before the first of the log', append({ $case: 'nothing', value: {} }, 0), 'entry.index'],
  [
    'a snapshot whose content is not whole',
    replicated({
      $case: 'raft',
      value: {
        directory: 'd',
        kind: {
          $case: 'snapshot',
          value: {
            term: 1,
            round: 1,
            snapshot: {
              index: 1,
              term: 1,
              configuration: { voters: [], outgoing: [], learners: [] },
              contentJson: '{"names":[]}',
            },
          },
        },
      },
    }),
    'rooms',
  ],
  [
    'a node that would be dialled by another scheme',
    bytes({
      $case: 'heartbeat',
      value: {
        nodes: [{ id: 'n1', instance: 'i', address: 'unix:/var/run/docker.sock', webUrl: '', version: '1' }],
        load: { sessions: 0, rooms: 0, messagesPerSecond: 0 },
        nextMs: 1_000,
        sentMs: 0,
        heard: undefined,
      },
    }),
    'heartbeat.nodes.0.address',
  ],
  [
    'a word of no status about a node',
    swim([{ ...word, status: pb.SwimStatus.UNSPECIFIED }]),
    'swim.updates.0.status',
  ],
  ['a word about what is no node', swim([{ ...word, node: '../n1' }]), 'swim.updates.0.member'],
  ['more words than there are nodes', swim(Array.from({ length: 257 }, () => word)), 'swim.updates'],
  [
    'words that go with nothing',
    bytes({ $case: 'swim', value: { incarnation: 1, updates: [word], kind: undefined } }),
    'swim.kind',
  ],
];

describe('what is wrong is refused with the field that is', () => {
  test.each(wrong)('%s', (_, message, field) => {
    const received = decodeMessage(message);
    expect(received.kind === 'refused' && received.reason).toContain(field);
  });
});

test('nobody reads public rooms, and does nothing else', () => {
  const nobody = { person: '', name: 'guest', verified: false, operator: false };
  const as = (actor: pb.Actor, kind: string, commandJson: string) =>
    decodeMessage(bytes({ $case: 'forward', value: { id: '1', actor, kind, room, commandJson, trace: '' } }));
  const open = '{"limit":10,"open":true}';
  expect(as(nobody, 'history', open)).toMatchObject({ message: { actor: nobody } });
  expect(as({ ...nobody, operator: true }, 'history', open).kind).toBe('refused');
  expect(as(nobody, 'history', '{"limit":10}').kind).toBe('refused');
  expect(as(nobody, 'join', '{"requestId":"r","limit":10}').kind).toBe('refused');
});

test('a number that would not be exact is refused, and so is text that is not UTF-8', () => {
  // unfollow {room}, whose one text is the byte FF; heartbeat {load {sessions: 2^63}}.
  const badText = Uint8Array.of(0x32, 3, 0x0a, 1, 0xff);
  const badNumber = Uint8Array.of(0x1a, 13, 0x12, 11, 0x08, ...Array(9).fill(0x80), 1);
  for (const message of [badText, badNumber])
    expect(decodeMessage(message)).toEqual({ kind: 'refused', reason: 'a message cannot be decoded' });
});

test('kinds and fields of a later version are skipped, and entries of unknown kinds pass through', () => {
  const later = Uint8Array.of(0xa2, 6, 1, 0);
  expect(decodeMessage(later)).toEqual({ kind: 'unknown' });
  const poll = decodeMessage(deliver({ kind: 'poll', contentJson: '{"question":"Soup?"}' }));
  const content = { kind: 'unknown', original: 'poll', fields: { question: 'Soup?' } };
  expect(poll).toMatchObject({ message: { entries: [{ seq: 1, content }] } });
});

test('a code of a later version becomes one that is known, with its sentence', () => {
  const refusal = { code: 'too_cold', message: 'It is too cold to write.' };
  const message = bytes({
    $case: 'forwarded',
    value: { id: '1', result: { $case: 'refusal', value: refusal } },
  });
  expect(decodeMessage(message)).toMatchObject({
    message: { result: { ok: false, code: 'internal', message: 'It is too cold to write.' } },
  });
});

test('bytes that are no batch are told apart from an empty one', () => {
  expect(splitBatch(Uint8Array.of(0x0a, 200))).toBeUndefined();
  expect(splitBatch(joinBatch([]))).toEqual([]);
});
