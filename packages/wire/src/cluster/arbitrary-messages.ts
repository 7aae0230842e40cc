/** Any message that nodes may send each other, for properties. */
import fc from 'fast-check';
import type { OrderedCommand, RoomAnswer, RoomResult } from '../rooms/room-commands.ts';
import type { RoomContent, RoomEntry } from '../rooms/room-entry.ts';
import { replicated } from './arbitrary-directory.ts';
import {
  author,
  emoji,
  few,
  id,
  key,
  kind,
  line,
  name,
  node,
  number,
  of,
  on,
  position,
  presence,
  role,
  room,
  roomName,
  seq,
  some,
  stamp,
  text,
  trace,
  visibility,
} from './arbitrary-parts.ts';
import type { LinkMessage } from './link-message.ts';

const attachment = fc.record({
  file: of(/^[a-z2-7]{26}$/),
  node,
  name: line.map((each) => each || 'a.txt'),
  type: kind('image/png'),
  sizeBytes: fc.nat({ max: 4 * 1024 * 1024 }),
});
const body = fc.oneof(text, fc.constant(null));
const target = { target: seq };

const content = fc.oneof(
  some({ kind: kind('message'), body, replyTo: seq, attachments: few(attachment) }, [
    'replyTo',
    'attachments',
  ]),
  fc.record({ kind: kind('edit'), ...target, body }),
  some({ kind: kind('redact'), ...target, reason: text }, ['reason']),
  fc.record({ kind: kind('react'), ...target, emoji, on }),
  fc.record({ kind: kind('pin'), ...target, on }),
  fc.record({ kind: kind('created'), roomName, description: line, visibility }),
  some({ kind: kind('updated'), roomName, description: line, visibility }, ['roomName', 'visibility']),
  fc.record({ kind: kind('joined'), person: author, personName: name, role }),
  fc.record({
    kind: kind('left'),
    person: author,
    personName: name,
    reason: fc.constantFrom('left', 'banned', 'nodeFailed', 'disconnected'),
  }),
  fc.record({ kind: kind('invited'), person: author, personName: name }),
  fc.record({ kind: kind('role'), person: author, role }),
  some({ kind: kind('banned'), person: author, on, reason: text }, ['reason']),
  fc.record({
    kind: kind('unknown'),
    original: of(/^poll[A-Za-z0-9]{0,5}$/),
    fields: fc.dictionary(of(/^[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 3, noNullPrototype: true } as never), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  }),
) as unknown as fc.Arbitrary<RoomContent>;

export const anyEntry: fc.Arbitrary<RoomEntry> = fc.record({
  epoch: number,
  seq,
  author,
  name,
  sentAt: number,
  key,
  content,
});

const nodeInfo = fc.record({
  id: node,
  instance: of(/^[A-Za-z0-9_-]{1,20}$/),
  address: of(/^[a-z0-9.]{1,20}:[1-9][0-9]{3}$/),
  webUrl: fc.constantFrom('', 'https://hut.local:8080'),
  version: kind('0.1.0'),
});
const directoryRoom = fc.oneof(
  fc.record({ ...roomFields(), visibility: kind('public') }),
  fc.record({ ...roomFields(), visibility: kind('private'), visibleTo: few(author) }),
);
const members = few(fc.record({ person: author, name, role, verified: fc.boolean(), presence }));
const request = { requestId: key, room };
const limit = fc.integer({ min: 1, max: 200 });

const command = fc.oneof(
  some({ kind: kind('join'), ...request, after: position, limit }, ['after']),
  fc.record({ kind: kind('leave'), ...request }),
  fc.record({ kind: kind('info'), room }),
  some({ kind: kind('send'), room, messageId: key, body: text, replyTo: seq, attachments: few(attachment) }, [
    'replyTo',
    'attachments',
  ]),
  fc.record({ kind: kind('edit'), ...request, ...target, body: text }),
  fc.record({ kind: kind('react'), ...request, ...target, emoji, on }),
  some({ kind: kind('redact'), ...request, ...target, reason: text }, ['reason']),
  fc.record({ kind: kind('pin'), ...request, ...target, on }),
  fc.record({ kind: kind('invite'), ...request, person: author, personName: name }),
  fc.record({ kind: kind('setRole'), ...request, person: author, role }),
  some({ kind: kind('ban'), ...request, person: author, on, reason: text }, ['reason']),
  some({ kind: kind('update'), ...request, name: roomName, description: line, visibility }, [
    'name',
    'description',
  ]),
  fc.record({ kind: kind('typing'), room, active: on }),
  fc.record({ kind: kind('markRead'), room, seq: number }),
  some(
    { kind: kind('history'), room, before: number, after: number, limit, open: fc.constant(true as const) },
    ['before', 'after', 'open'],
  ),
  fc.record({ kind: kind('delete'), ...request }),
) as unknown as fc.Arbitrary<OrderedCommand>;

const info = fc.record({
  id: room,
  name: roomName,
  description: line,
  visibility,
  administrator: node,
  memberCount: number,
  state: fc.constantFrom('available', 'unavailable', 'catchingUp', 'deleting', 'deleted'),
  epoch: number,
  lastSeq: number,
  pinned: few(seq),
});
const entries = few(anyEntry);
const answer = fc.oneof(
  fc.record({ room: info, members, entries, complete: on, read: number }),
  fc.record({ room }),
  fc.record({ room: info, members }),
  fc.record({ epoch: number, seq: number, duplicate: on }),
  position,
  fc.record({ entries, complete: on }),
  fc.record({}),
  some(
    {
      outcome: fc.constantFrom('committed', 'aborted', 'pending'),
      votes: fc.dictionary(node, fc.constantFrom('ready', 'abort', 'silent'), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      pending: few(node),
      reason: text,
    },
    ['reason'],
  ),
) as unknown as fc.Arbitrary<RoomAnswer>;
const result: fc.Arbitrary<RoomResult> = fc.oneof(
  fc.record({ ok: fc.constant(true as const), value: answer }),
  fc.record({
    ok: fc.constant(false as const),
    code: fc.constantFrom('not_a_member', 'room_not_found'),
    message: text,
  }),
);

const transaction = { transaction: of(/^[!-~]{1,80}$/) };
const commit = fc.oneof(
  fc.record({ kind: fc.constantFrom('prepare', 'consult'), ...transaction, subject: room }),
  fc.record({ kind: kind('consulted'), ...transaction, committed: on }),
  some(
    { kind: kind('vote'), ...transaction, vote: fc.constantFrom('ready', 'abort'), reason: kind('busy') },
    ['reason'],
  ),
  fc.record({ kind: fc.constantFrom('commit', 'rollback', 'acknowledge', 'inquire'), ...transaction }),
);

const word = some(
  {
    member: node,
    incarnation: number,
    status: fc.constantFrom('alive', 'suspect', 'dead', 'left'),
    by: node,
  },
  ['by'],
);
const carried = { incarnation: number, updates: few(word) };
const swim = fc.oneof(
  fc.record({ kind: fc.constantFrom('ping', 'ack', 'nack'), seq: number, ...carried }),
  fc.record({ kind: kind('pingRequest'), seq: number, target: node, ...carried }),
  fc.record({ kind: fc.constantFrom('sync', 'state', 'leave'), ...carried }),
);

const run = of(/^[A-Za-z0-9_-]{1,20}$/);
const published = fc.record({
  topic: of(/^[a-zA-Z/]{1,30}$/),
  payload: fc.uint8Array({ maxLength: 100 }),
  qos: fc.constantFrom(0, 1, 2),
  retain: on,
});
const bridged = fc.oneof(
  fc.record({ kind: kind('hello'), run, holds: fc.oneof(run, kind('')) }),
  fc.record({ kind: kind('publish'), number: seq, message: published }),
  fc.record({
    kind: kind('retained'),
    version: fc.record({ boot: kind(''), connection: number, stamp, origin: node }),
    retired: on,
    message: published,
  }),
  some({ kind: kind('client'), clientId: of(/^[a-z/]{1,20}$/), since: stamp, will: published }, ['will']),
  fc.record({ kind: kind('clientGone'), clientId: of(/^[a-z/]{1,20}$/) }),
  fc.record({ kind: kind('taken'), count: number }),
);

export const anyMessage = fc.oneof(
  some(
    {
      kind: kind('heartbeat'),
      nodes: few(nodeInfo),
      load: fc.record({
        sessions: number,
        rooms: number,
        messagesPerSecond: fc.double({ min: 0, max: 1e9, noNaN: true }),
      }),
      nextMs: fc.nat({ max: 60_000 }),
      sentMs: number,
      heard: fc.record({ sentMs: number, heardMs: number }),
    },
    ['heard'],
  ),
  fc.record({ kind: kind('swim'), message: swim }),
  fc.record({ kind: kind('directory'), whole: on, rooms: few(directoryRoom), removed: few(room) }),
  fc.record({ kind: kind('follow'), room, after: position, online: few(author) }),
  fc.record({ kind: kind('unfollow'), room }),
  fc.record({
    kind: kind('following'),
    snapshot: fc.record({ room: directoryRoom, members, pinned: few(seq) }),
    base: position,
    commit: position,
  }),
  fc.record({ kind: kind('notFollowing'), room, reason: fc.constantFrom('unknown', 'deleted') }),
  some({ kind: kind('deliver'), room, epoch: number, entries, commitSeq: number, trace }, ['trace']),
  some(
    {
      kind: kind('forward'),
      id,
      actor: fc.record({ person: author, name, verified: on, operator: on }),
      command,
      trace,
    },
    ['trace'],
  ),
  fc.record({ kind: kind('forwarded'), id, result }),
  fc.record({ kind: kind('presence'), room, persons: few(fc.record({ person: author, presence })) }),
  fc.record({ kind: kind('typing'), room, person: author, name, active: on }),
  fc.record({ kind: kind('forget'), node }),
  fc.record({ kind: kind('commit'), message: commit }),
  fc.record({ kind: kind('doubled') }),
  fc.record({ kind: kind('bridge'), message: bridged }),
  fc.record({ kind: kind('replicated'), message: replicated }),
) as unknown as fc.Arbitrary<LinkMessage>;

function roomFields() {
  return {
    id: room,
    name: roomName,
    description: line,
    memberCount: number,
    epoch: number,
    lastSeq: number,
    deleting: on,
  };
}
