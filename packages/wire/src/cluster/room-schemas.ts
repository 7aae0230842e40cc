/** Shapes of rooms, log entries and of what nodes say about them. */
import * as z from 'zod/mini';
import { roomLimits } from '../rooms/room-limits.ts';
import { textLike, textUpTo } from '../schemas/parse.ts';
import * as part from '../schemas/room-parts.ts';

/** A `messageId` or `requestId`, or a key that a node made up itself. */
export const key = textLike(/^~?[A-Za-z0-9._:~-]{1,128}$/);
/** A person's name; a node acts under its id. */
export const shownName = textUpTo(64);
export const room = { room: part.roomId };
/** A deletion freezes its participants, a member list its members: neither is larger than this anywhere. */
const members = <T extends z.ZodMiniType>(each: T) =>
  z.array(each).check(z.maxLength(2 * roomLimits.membersPerRoom));
const pinned = z.array(part.seq).check(z.maxLength(1_000));
const presence = z.enum(['online', 'away', 'offline']);

export const directoryRoom = z.object({
  id: part.roomId,
  name: part.roomName,
  description: part.description,
  visibility: part.visibility,
  memberCount: part.count,
  epoch: part.count,
  lastSeq: part.count,
  deleting: z.boolean(),
  visibleTo: z.exactOptional(members(part.author)),
});

export const roomMember = z.object({
  person: part.author,
  name: shownName,
  role: part.role,
  verified: z.boolean(),
  presence,
});
export const roomMembers = members(roomMember);

export const roomInfo = z.object({
  id: part.roomId,
  name: part.roomName,
  description: part.description,
  visibility: part.visibility,
  administrator: part.nodeId,
  memberCount: part.count,
  state: z.enum(['available', 'unavailable', 'catchingUp', 'deleting', 'deleted']),
  epoch: part.count,
  lastSeq: part.count,
  pinned,
});

const target = { target: part.seq };
const reason = z.exactOptional(part.reasonText);
const person = { person: part.author };
const about = { ...person, personName: shownName };
const body = z.nullable(part.bodyText);
export const attachments = z.array(part.attachment).check(z.maxLength(roomLimits.attachments));

/** By kind, without it. */
export const contentSchemas = {
  message: z.object({
    body,
    replyTo: z.exactOptional(part.seq),
    attachments: z.exactOptional(attachments),
  }),
  edit: z.object({ ...target, body }),
  redact: z.object({ ...target, reason }),
  react: z.object({ ...target, emoji: part.emojiText, on: z.boolean() }),
  pin: z.object({ ...target, on: z.boolean() }),
  created: z.object({
    roomName: part.roomName,
    description: part.description,
    visibility: part.visibility,
  }),
  updated: z.object({
    roomName: z.exactOptional(part.roomName),
    description: z.exactOptional(part.description),
    visibility: z.exactOptional(part.visibility),
  }),
  joined: z.object({ ...about, role: part.role }),
  left: z.object({ ...about, reason: z.enum(['left', 'banned', 'nodeFailed', 'disconnected']) }),
  invited: z.object(about),
  role: z.object({ ...person, role: part.role }),
  banned: z.object({ ...person, on: z.boolean(), reason }),
} as const;

/** The head of an entry; what it says is checked by its kind. */
export const entryHead = z.object({
  epoch: part.count,
  seq: part.seq,
  author: part.author,
  name: shownName,
  sentAt: part.count,
  key,
});

export const directory = z.object({
  kind: z.literal('directory'),
  whole: z.boolean(),
  rooms: z.array(directoryRoom).check(z.maxLength(1_000)),
  removed: z.array(part.roomId).check(z.maxLength(roomLimits.roomsPerNode)),
});
export const follow = z.object({
  kind: z.literal('follow'),
  ...room,
  after: part.position,
  online: members(part.author),
});
export const unfollow = z.object({ kind: z.literal('unfollow'), ...room });
export const following = z.object({
  kind: z.literal('following'),
  snapshot: z.object({ room: directoryRoom, members: roomMembers, pinned }),
  base: part.position,
  commit: part.position,
});
export const notFollowing = z.object({
  kind: z.literal('notFollowing'),
  ...room,
  reason: z.enum(['unknown', 'deleted']),
});
/** The entries are checked one by one. */
export const deliver = z.object({
  kind: z.literal('deliver'),
  ...room,
  epoch: part.count,
  commitSeq: part.count,
  trace: z.exactOptional(z.string()),
});
export const maxEntries = 1_000;
export const presenceChange = z.object({
  kind: z.literal('presence'),
  ...room,
  persons: members(z.object({ person: part.author, presence })),
});
export const typing = z.object({
  kind: z.literal('typing'),
  ...room,
  ...person,
  name: shownName,
  active: z.boolean(),
});
