/** One text frame of a node, parsed once: an answer by the method in its id, an entry, a notice, or what to count. */
import * as z from 'zod/mini';
import { type ErrorCode, errorCodes } from '../errors.ts';
import type { RoomContent, RoomEntry, RoomId } from '../rooms/room-entry.ts';
import type { RoomNotice } from '../rooms/room-notices.ts';
import type { AnswerOf, ClientMethod, ServerAnswer, ServerFrame } from '../rooms/server-frames.ts';
import * as part from './room-parts.ts';
import * as result from './room-results.ts';

/** 200 entries of the largest body, every byte of them escaped. */
const maxFrameChars = 96 * 1024 * 1024;

const { author, seq, count } = part;
const target = { target: seq };
const optionalRoom = {
  description: z.exactOptional(z.string()),
  visibility: z.exactOptional(part.visibility),
};

/** What an entry holds beside its head. */
const contents: Readonly<Record<RoomContent['kind'], z.ZodMiniType | undefined>> = {
  message: z.object({
    kind: z.literal('message'),
    body: z.nullable(z.string()),
    replyTo: z.exactOptional(seq),
    attachments: z.exactOptional(z.array(part.attachment)),
  }),
  edit: z.object({ kind: z.literal('edit'), ...target, body: z.nullable(z.string()) }),
  redact: z.object({ kind: z.literal('redact'), ...target, reason: z.exactOptional(z.string()) }),
  react: z.object({ kind: z.literal('react'), ...target, emoji: z.string(), on: z.boolean() }),
  pin: z.object({ kind: z.literal('pin'), ...target, on: z.boolean() }),
  created: z.object({
    kind: z.literal('created'),
    roomName: z.string(),
    description: z.string(),
    visibility: part.visibility,
  }),
  updated: z.object({ kind: z.literal('updated'), roomName: z.exactOptional(z.string()), ...optionalRoom }),
  joined: z.object({ kind: z.literal('joined'), person: author, personName: z.string(), role: part.role }),
  left: z.object({
    kind: z.literal('left'),
    person: author,
    personName: z.string(),
    reason: z.enum(['left', 'banned', 'nodeFailed', 'disconnected']),
  }),
  invited: z.object({ kind: z.literal('invited'), person: author, personName: z.string() }),
  role: z.object({ kind: z.literal('role'), person: author, role: part.role }),
  banned: z.object({
    kind: z.literal('banned'),
    person: author,
    on: z.boolean(),
    reason: z.exactOptional(z.string()),
  }),
  unknown: undefined,
};

const flatEntry = z.looseObject({
  epoch: count,
  seq,
  author,
  name: z.string(),
  sentAt: z.number(),
  messageId: z.exactOptional(z.string()),
  requestId: z.exactOptional(z.string()),
  kind: z.string(),
});

/**
 * An entry as `flatEntry` writes it. Only the head must be right: a kind that is not known, or a known one with other
 * members than ours, is of a later version and counts as `unknown`, or the log would have a hole.
 */
function unflat(flat: z.infer<typeof flatEntry>): RoomEntry {
  const { epoch, seq: place, author: by, name, sentAt, messageId, requestId, kind, ...fields } = flat;
  const head = { epoch, seq: place, author: by, name, sentAt, key: messageId ?? requestId ?? '' };
  const schema = Object.hasOwn(contents, kind) ? contents[kind as RoomContent['kind']] : undefined;
  const content = schema?.safeParse({ kind, ...fields });
  if (content?.success === true) return { ...head, content: content.data as RoomContent };
  return { ...head, content: { kind: 'unknown', original: kind, fields } };
}

const entry = z.pipe(flatEntry, z.transform(unflat));
const entries = z.array(entry);

const answers: { readonly [Method in ClientMethod]: z.ZodMiniType<AnswerOf<Method>> } = {
  'session.open': result.openResult,
  'session.ping': result.pingResult,
  'room.list': result.listResult,
  'room.create': result.roomResult,
  'room.join': z.object({
    room: result.roomInfo,
    members: z.array(result.member),
    entries,
    complete: z.boolean(),
    read: count,
  }),
  'room.leave': result.leaveResult,
  'room.info': result.infoResult,
  'room.send': result.sendResult,
  'room.edit': result.stamp,
  'room.react': result.stamp,
  'room.redact': result.stamp,
  'room.pin': result.stamp,
  'room.invite': result.stamp,
  'room.setRole': result.stamp,
  'room.ban': result.stamp,
  'room.update': result.stamp,
  'room.typing': result.empty,
  'room.markRead': result.empty,
  'room.history': z.object({ entries, complete: z.boolean() }),
  'room.delete': result.deletionResult,
};

const room = { room: part.roomId };
const person = { person: author };
const notices: { readonly [Kind in RoomNotice['kind']]: z.ZodMiniType } = {
  gap: z.object({ ...room, from: seq, to: seq }),
  state: z.object({ ...room, state: result.roomState, reason: z.string() }),
  presence: z.object({ ...room, ...person, presence: z.enum(['online', 'away', 'offline']) }),
  typing: z.object({ ...room, ...person, name: z.string(), active: z.boolean() }),
  node: z.object({ node: part.nodeId, health: z.enum(['up', 'suspected', 'down']) }),
};

const noticeMethods = new Map<string, RoomNotice['kind']>([
  ['room.gap', 'gap'],
  ['room.state', 'state'],
  ['room.presence', 'presence'],
  ['room.typing', 'typing'],
  ['node.state', 'node'],
]);
/** The kind of entry that a notification tells of; undefined where its parameters say so. */
const entryMethods = new Map<string, string | undefined>([
  ['room.message', 'message'],
  ['room.memberJoined', 'joined'],
  ['room.memberLeft', 'left'],
  ['room.entry', undefined],
]);

const frame = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.optional(z.nullable(z.string())),
  method: z.optional(z.string()),
  params: z.optional(z.record(z.string(), z.unknown())),
  result: z.optional(z.unknown()),
  error: z.optional(
    z.object({
      message: z.string(),
      data: z.optional(z.object({ code: z.optional(z.string()) })),
    }),
  ),
});
const ofRoom = z.object(room);

/** Begins the ids of calls that are not of rooms: their answers are parsed by whoever asked. */
export const extensionIdPrefix = 'x/';

/** The id of a call: its method first, so that the answer can be parsed without knowing what was asked. */
export function callId(method: ClientMethod, count: number): string {
  return `${method}#${count}`;
}

/** Never throws: what is not of the protocol comes back as `malformed`. */
export function parseServerFrame(text: string): ServerFrame {
  if (text.length > maxFrameChars) return malformed('larger than any answer');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return malformed('not JSON');
  }
  const parsed = frame.safeParse(json);
  if (!parsed.success) return malformed('no answer and no notification');
  const { id, method, params, error } = parsed.data;
  if (method !== undefined) return notification(method, params ?? {});
  if (error !== undefined) {
    return { kind: 'refusal', id: id ?? null, code: codeOf(error.data?.code), message: error.message };
  }
  if (typeof id !== 'string') return malformed('an answer to nothing');
  if (id.startsWith(extensionIdPrefix)) return { kind: 'extension', id, result: parsed.data.result };
  return answer(id, parsed.data.result);
}

function answer(id: string, raw: unknown): ServerFrame {
  const method = id.split('#', 1)[0] ?? '';
  if (!isMethod(method)) return malformed('an answer to nothing');
  const parsed = answers[method].safeParse(raw);
  if (!parsed.success) return malformed(`the answer to ${method} at ${pathOf(parsed.error)}`);
  return { kind: 'answer', id, method, result: parsed.data } as ServerAnswer;
}

function notification(method: string, params: Readonly<Record<string, unknown>>): ServerFrame {
  const noticeKind = noticeMethods.get(method);
  if (noticeKind !== undefined) {
    const parsed = notices[noticeKind].safeParse(params);
    if (!parsed.success) return malformed(`${method} at ${pathOf(parsed.error)}`);
    return { kind: 'notice', notice: { kind: noticeKind, ...(parsed.data as object) } as RoomNotice };
  }
  if (!entryMethods.has(method)) return { kind: 'unknown', method: method.slice(0, 64), params };
  const { room: id, ...fields } = params;
  const place = ofRoom.safeParse({ room: id });
  const parsed = entry.safeParse({ ...fields, kind: entryMethods.get(method) ?? fields.kind });
  if (!place.success || !parsed.success) {
    return malformed(`${method} at ${parsed.success ? 'room' : pathOf(parsed.error)}`);
  }
  const known: RoomId = place.data.room;
  return { kind: 'entry', room: known, entry: parsed.data };
}

function isMethod(method: string): method is ClientMethod {
  return Object.hasOwn(answers, method);
}

function isCode(code: string | undefined): code is ErrorCode {
  return errorCodes.some((known) => known === code);
}

function codeOf(code: string | undefined): ErrorCode {
  return isCode(code) ? code : 'internal';
}

function malformed(reason: string): ServerFrame {
  return { kind: 'malformed', reason };
}

function pathOf(error: z.core.$ZodError): string {
  return error.issues[0]?.path.join('.').slice(0, 80) ?? '';
}
