/** What a node answers and tells unasked over `/ws`, as clients read it. More members may come in later versions. */
import * as z from 'zod/mini';
import { errorCodes } from '../errors.ts';
import {
  attachment,
  author,
  bodyText,
  count,
  description,
  nodeId,
  requestId,
  role,
  roomId,
  roomName,
  seq,
  visibility,
} from './room-parts.ts';

export const empty = z.object({});
const code = z.enum(errorCodes);
const presence = z.enum(['online', 'away', 'offline']);
export const roomState = z.enum(['available', 'unavailable', 'catchingUp', 'deleting', 'deleted']);

export const roomInfo = z.object({
  id: roomId,
  name: roomName,
  description,
  visibility,
  administrator: nodeId,
  memberCount: count,
  state: roomState,
  epoch: count,
  lastSeq: count,
  pinned: z.array(seq),
});

export const member = z.object({
  person: author,
  name: z.string(),
  role,
  verified: z.boolean(),
  presence,
});

const entryHead = { epoch: count, seq, author, name: z.string(), sentAt: count };
const message = {
  ...entryHead,
  messageId: requestId,
  body: z.nullable(bodyText),
  replyTo: z.exactOptional(seq),
  attachments: z.exactOptional(z.array(attachment)),
};
/** Members of an entry that is no message depend on its `kind`; unknown kinds still count. */
const other = { ...entryHead, requestId: z.string() };

export const entry = z.union([
  z.object({ kind: z.literal('message'), ...message }),
  z.looseObject({ kind: z.string().check(z.refine((kind) => kind !== 'message')), ...other }),
]);
export const entries = z.array(entry);

export const stamp = z.object({ epoch: count, seq });
export const sendResult = z.object({ epoch: count, seq, duplicate: z.boolean() });
export const listResult = z.object({ rooms: z.array(roomInfo), unreachable: z.array(nodeId) });
export const roomResult = z.object({ room: roomInfo });
export const infoResult = z.object({ room: roomInfo, members: z.array(member) });
export const joinResult = z.object({
  room: roomInfo,
  members: z.array(member),
  entries,
  complete: z.boolean(),
  read: count,
});
export const leaveResult = z.object({ room: roomId });
export const historyResult = z.object({ entries, complete: z.boolean() });
export const deletionResult = z.object({
  outcome: z.enum(['committed', 'aborted', 'pending']),
  votes: z.record(z.string(), z.enum(['ready', 'abort', 'silent'])),
  pending: z.array(nodeId),
  reason: z.exactOptional(z.string()),
});

export const openResult = z.object({
  node: nodeId,
  protocol: z.literal('bothy.v1'),
  person: author,
  name: z.string(),
  verified: z.boolean(),
  heartbeatMs: count,
  limits: z.record(z.string(), z.number()),
  resumed: z.array(
    z.union([
      z.object({ room: roomId, from: seq, complete: z.boolean() }),
      z.object({ room: roomId, reset: z.object({ commonSeq: count }) }),
      z.object({ room: roomId, code, message: z.string() }),
    ]),
  ),
});
export const pingResult = z.object({ now: count });

export interface RoomNotificationRow {
  readonly method: string;
  readonly summary: string;
  readonly params: z.ZodMiniType;
}

const person = { person: author };
const joined = { ...other, ...person, personName: z.string() };

/** Everything that members are told unasked. */
export const roomNotifications: readonly RoomNotificationRow[] = [
  row('room.message', 'Somebody wrote.', z.looseObject({ room: roomId, ...message })),
  row(
    'room.entry',
    'Any other entry of the log; what it holds depends on its kind.',
    z.looseObject({ room: roomId, kind: z.string(), ...other }),
  ),
  row('room.memberJoined', 'Somebody joined.', z.looseObject({ room: roomId, ...joined, role })),
  row(
    'room.memberLeft',
    'Somebody left, or was banned, or their node failed for too long.',
    z.looseObject({
      room: roomId,
      ...joined,
      reason: z.enum(['left', 'banned', 'nodeFailed', 'disconnected']),
    }),
  ),
  row(
    'room.gap',
    'Entries from `from` to `to` are left out; `room.history` has them.',
    z.object({ room: roomId, from: seq, to: seq }),
  ),
  row(
    'room.state',
    'Whether the room can be used, and if not why.',
    z.object({ room: roomId, state: roomState, reason: z.string() }),
  ),
  row('room.presence', 'A member came or went.', z.object({ room: roomId, ...person, presence })),
  row(
    'room.typing',
    'A member writes, or stopped.',
    z.object({ room: roomId, ...person, name: z.string(), active: z.boolean() }),
  ),
  row(
    'node.state',
    'How well another node is heard.',
    z.object({ node: nodeId, health: z.enum(['up', 'suspected', 'down']) }),
  ),
];

function row(method: string, summary: string, params: z.ZodMiniType): RoomNotificationRow {
  return { method, summary, params };
}
