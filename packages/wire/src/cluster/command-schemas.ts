/** Shapes of commands that travel to a room's administrator, and of the answers that come back. */
import * as z from 'zod/mini';
import type { OrderedCommand, RoomAnswer } from '../rooms/room-commands.ts';
import { textLike } from '../schemas/parse.ts';
import * as part from '../schemas/room-parts.ts';
import { attachments, key, maxEntries, room, roomInfo, roomMembers, shownName } from './room-schemas.ts';

export const actor = z.object({
  person: part.author,
  name: shownName,
  verified: z.boolean(),
  operator: z.boolean(),
});

/** Somebody without a name, who may read public rooms and nothing else. */
export const nobody = z.object({
  person: z.literal(''),
  name: shownName,
  verified: z.literal(false),
  operator: z.literal(false),
});

/** Made up by the node that forwards. */
const id = textLike(/^[\x20-\x7e]{1,256}$/);
export const forwardHead = z.object({ kind: z.literal('forward'), id });
export const forwardedHead = z.object({ kind: z.literal('forwarded'), id });

const request = { requestId: key, ...room };
const target = { ...request, target: part.seq };
const on = z.boolean();
const reason = z.exactOptional(part.reasonText);
/** 0: the asking node has the entries itself. */
const limit = z.int().check(z.gte(0), z.lte(maxEntries));

export const orderedCommand: z.ZodMiniType<OrderedCommand> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('join'), ...request, after: z.exactOptional(part.position), limit }),
  z.object({ kind: z.literal('leave'), ...request }),
  z.object({ kind: z.literal('info'), ...room }),
  z.object({
    kind: z.literal('send'),
    ...room,
    messageId: key,
    body: part.bodyText,
    replyTo: z.exactOptional(part.seq),
    attachments: z.exactOptional(attachments),
  }),
  z.object({ kind: z.literal('edit'), ...target, body: part.bodyText }),
  z.object({ kind: z.literal('react'), ...target, emoji: part.emojiText, on }),
  z.object({ kind: z.literal('redact'), ...target, reason }),
  z.object({ kind: z.literal('pin'), ...target, on }),
  z.object({ kind: z.literal('invite'), ...request, person: part.author, personName: shownName }),
  z.object({ kind: z.literal('setRole'), ...request, person: part.author, role: part.role }),
  z.object({ kind: z.literal('ban'), ...request, person: part.author, on, reason }),
  z.object({
    kind: z.literal('update'),
    ...request,
    name: z.exactOptional(part.roomName),
    description: z.exactOptional(part.description),
    visibility: z.exactOptional(part.visibility),
  }),
  z.object({ kind: z.literal('typing'), ...room, active: z.boolean() }),
  z.object({ kind: z.literal('markRead'), ...room, seq: part.count }),
  z.object({
    kind: z.literal('history'),
    ...room,
    before: z.exactOptional(part.count),
    after: z.exactOptional(part.count),
    limit,
    open: z.exactOptional(z.literal(true)),
  }),
  z.object({ kind: z.literal('delete'), ...request }),
]);

/** Entries are checked one by one, beside these. */
const entries = z.array(z.unknown()).check(z.maxLength(maxEntries));
const complete = z.boolean();
const node = z.array(part.nodeId).check(z.maxLength(256));

/**
 * An answer does not say what it answers, but no two kinds have the same members. From the one with the most to the
 * one with the least: the first whose members are all there is it.
 */
const answers: readonly (readonly [members: readonly string[], schema: z.ZodMiniType])[] = [
  [
    ['members', 'entries'],
    z.object({ room: roomInfo, members: roomMembers, entries, complete, read: part.count }),
  ],
  [['entries'], z.object({ entries, complete })],
  [['members'], z.object({ room: roomInfo, members: roomMembers })],
  [
    ['outcome'],
    z.object({
      outcome: z.enum(['committed', 'aborted', 'pending']),
      votes: z
        .record(part.nodeId, z.enum(['ready', 'abort', 'silent']))
        .check(z.refine((votes) => Object.keys(votes).length <= 256)),
      pending: node,
      reason: z.exactOptional(z.string().check(z.maxLength(1_024))),
    }),
  ],
  [['duplicate'], z.object({ epoch: part.count, seq: part.count, duplicate: z.boolean() })],
  [['seq'], z.object({ epoch: part.count, seq: part.count })],
  [['room'], z.object(room)],
  [[], z.object({})],
];

/** The schema for an answer that has these members. Its `entries` come out unchecked. */
export function answerSchema(answer: object): z.ZodMiniType<RoomAnswer> {
  const found = answers.find(([members]) => members.every((member) => Object.hasOwn(answer, member)));
  return (found?.[1] ?? z.object({})) as unknown as z.ZodMiniType<RoomAnswer>;
}
