/**
 * The methods of the rooms' client protocol as data (design, section 4): name, parameters, result, and the command
 * that a call becomes. The node answers by this table, and OpenRPC and the reference page are checked against it.
 */
import * as z from 'zod/mini';
import type { Name, PersonId } from '../ids.ts';
import type { RoomCommand } from '../rooms/room-commands.ts';
import type { Author } from '../rooms/room-entry.ts';
import { roomLimits } from '../rooms/room-limits.ts';
import * as part from './room-parts.ts';
import { type ParsedParams, parseParams } from './room-parts.ts';
import * as result from './room-results.ts';

/** A command, or one about a person that must be looked up first. */
export type RoomCall =
  | { readonly kind: 'command'; readonly command: RoomCommand }
  | {
      readonly kind: 'about';
      readonly by: { readonly name: Name } | { readonly person: PersonId };
      readonly command: (known: { readonly person: Author; readonly name: Name }) => RoomCommand;
    };

export interface RoomMethod {
  readonly method: string;
  readonly summary: string;
  readonly params: z.ZodMiniType;
  readonly result: z.ZodMiniType;
  /** Undefined for `session.open` and `session.ping`, which the connection answers itself. */
  readonly parse: ((params: unknown) => ParsedParams<RoomCall>) | undefined;
}

const room = { room: part.roomId };
const request = { requestId: part.requestId, ...room };
const target = { ...request, target: part.seq };
const on = z._default(z.boolean(), true);
const about = { ...request, person: z.exactOptional(part.memberId), name: z.exactOptional(part.personName) };
const onePerson = z.refine<{ readonly person?: Author; readonly name?: Name }>(
  ({ person, name }) => (person === undefined) !== (name === undefined),
  { error: 'name the person by either person or name' },
);
/** In `room.history`: a `seq`, or the position that an entry or an answer gave. */
const place = z.union([part.count, part.position]);

export const sessionOpenParams = z.object({
  token: z.exactOptional(z.string().check(z.minLength(1), z.maxLength(2048))),
  name: z.exactOptional(part.personName),
  resume: z._default(
    z
      .array(z.object({ ...room, epoch: part.count, seq: part.count }))
      .check(z.maxLength(roomLimits.resumeRooms)),
    [],
  ),
});

export const roomMethods: readonly RoomMethod[] = [
  {
    method: 'session.open',
    summary: 'Signs in, with a token or as a guest, and resumes rooms. First of all calls.',
    params: sessionOpenParams,
    result: result.openResult,
    parse: undefined,
  },
  {
    method: 'session.ping',
    summary: 'Says that the client is there. Answers with the clock of the node.',
    params: z.object({}),
    result: result.pingResult,
    parse: undefined,
  },
  command('room.list', 'Rooms of every node that answers.', z.object({}), result.listResult, () => ({
    kind: 'list',
  })),
  command(
    'room.create',
    'Makes a room at this node; who asks owns it and is its first member.',
    z.object({
      requestId: part.requestId,
      name: part.roomName,
      description: z._default(part.description, ''),
      visibility: z._default(part.visibility, 'public'),
    }),
    result.roomResult,
    (params) => ({ kind: 'create', ...params }),
  ),
  command(
    'room.join',
    'Becomes a member, or comes back, and gets what was written meanwhile.',
    z.object({ ...request, after: z.exactOptional(part.position), limit: part.entriesLimit }),
    result.joinResult,
    (params) => ({ kind: 'join', ...params }),
  ),
  command('room.leave', 'Ends the membership.', z.object(request), result.leaveResult, (params) => ({
    kind: 'leave',
    ...params,
  })),
  command('room.info', 'The room and its members.', z.object(room), result.infoResult, (params) => ({
    kind: 'info',
    ...params,
  })),
  command(
    'room.send',
    'Writes a message, once however often it is sent. Answered when it is durable.',
    z
      .object({
        ...room,
        messageId: part.requestId,
        body: part.bodyText,
        replyTo: z.exactOptional(part.seq),
        attachments: z.exactOptional(
          z.array(part.attachment).check(z.minLength(1), z.maxLength(roomLimits.attachments)),
        ),
      })
      .check(
        z.refine(({ body, attachments }) => body !== '' || attachments !== undefined, {
          error: 'a message without a body has attachments',
        }),
      ),
    result.sendResult,
    (params) => ({ kind: 'send', ...params }),
  ),
  command(
    'room.edit',
    'Replaces the body of an own message.',
    z.object({ ...target, body: part.bodyText.check(z.minLength(1)) }),
    result.stamp,
    (params) => ({ kind: 'edit', ...params }),
  ),
  command(
    'room.react',
    'Adds a reaction to a message, or takes it back.',
    z.object({ ...target, emoji: part.emojiText, on }),
    result.stamp,
    (params) => ({ kind: 'react', ...params }),
  ),
  command(
    'room.redact',
    'Takes the body of a message away, for ever.',
    z.object({ ...target, reason: z.exactOptional(part.reasonText) }),
    result.stamp,
    (params) => ({ kind: 'redact', ...params }),
  ),
  command(
    'room.pin',
    'Pins a message, or takes the pin out.',
    z.object({ ...target, on }),
    result.stamp,
    (params) => ({ kind: 'pin', ...params }),
  ),
  call(
    'room.invite',
    'Lets somebody join a private room.',
    z.object(about).check(onePerson),
    result.stamp,
    ({ requestId, room, ...by }) =>
      ofPerson(by, ({ person, name }) => ({
        kind: 'invite',
        requestId,
        room,
        person,
        personName: name,
      })),
  ),
  call(
    'room.setRole',
    'Makes a member an owner, a moderator, a member or a reader.',
    z.object({ ...about, role: part.role }).check(onePerson),
    result.stamp,
    ({ requestId, room, role, ...by }) =>
      ofId(by, (person) => ({ kind: 'setRole', requestId, room, person, role })),
  ),
  call(
    'room.ban',
    'Ends a membership and lets the person not come back, or lifts that.',
    z.object({ ...about, on, reason: z.exactOptional(part.reasonText) }).check(onePerson),
    result.stamp,
    ({ requestId, room, on, reason, ...by }) =>
      ofId(by, (person) => ({
        kind: 'ban',
        requestId,
        room,
        person,
        on,
        ...(reason === undefined ? {} : { reason }),
      })),
  ),
  command(
    'room.update',
    'Changes name, description or visibility.',
    z
      .object({
        ...request,
        name: z.exactOptional(part.roomName),
        description: z.exactOptional(part.description),
        visibility: z.exactOptional(part.visibility),
      })
      .check(
        z.refine(({ name, description, visibility }) => (name ?? description ?? visibility) !== undefined, {
          error: 'nothing is to change',
        }),
      ),
    result.stamp,
    (params) => ({ kind: 'update', ...params }),
  ),
  command(
    'room.typing',
    'Shows the others that one writes, for a few seconds.',
    z.object({ ...room, active: on }),
    result.empty,
    (params) => ({ kind: 'typing', ...params }),
  ),
  command(
    'room.markRead',
    'Says up to where one has read.',
    z.object({ ...room, seq: part.count }),
    result.empty,
    (params) => ({ kind: 'markRead', ...params }),
  ),
  command(
    'room.history',
    'Entries before or after a place, each given as a seq or a position; without either the last ones.',
    z
      .object({
        ...room,
        before: z.exactOptional(place),
        after: z.exactOptional(place),
        limit: part.entriesLimit,
      })
      .check(
        z.refine(({ before, after }) => before === undefined || after === undefined, {
          error: 'give either before or after',
        }),
      ),
    result.historyResult,
    ({ room, limit, before, after }) => ({
      kind: 'history',
      room,
      limit,
      ...(before === undefined ? {} : { before: seqOf(before) }),
      ...(after === undefined ? {} : { after: seqOf(after) }),
    }),
  ),
  command(
    'room.delete',
    'Deletes the room on all nodes that have members, or on none.',
    z.object(request),
    result.deletionResult,
    (params) => ({ kind: 'delete', ...params }),
  ),
];

/** A `seq` names a place by itself, for it is never restarted; the epoch is for resuming. */
function seqOf(place: number | { readonly seq: number }): number {
  return typeof place === 'number' ? place : place.seq;
}

type By = { readonly person?: Author; readonly name?: Name };

/** A command that needs the id alone. */
function ofId(by: By, commandFor: (person: Author) => RoomCommand): RoomCall {
  if (by.person !== undefined) return { kind: 'command', command: commandFor(by.person) };
  return { kind: 'about', by: { name: by.name ?? '' }, command: ({ person }) => commandFor(person) };
}

/** A command that needs the name as well, which a guest's id has in it. */
function ofPerson(
  by: By,
  command: (known: { readonly person: Author; readonly name: Name }) => RoomCommand,
): RoomCall {
  const { person } = by;
  if (person === undefined) return { kind: 'about', by: { name: by.name ?? '' }, command };
  if (!person.startsWith('guest:')) return { kind: 'about', by: { person }, command };
  return { kind: 'command', command: command({ person, name: person.slice('guest:'.length) }) };
}

function call<T>(
  method: string,
  summary: string,
  params: z.ZodMiniType<T>,
  result: z.ZodMiniType,
  callOf: (params: T) => RoomCall,
): RoomMethod {
  const parse = (raw: unknown): ParsedParams<RoomCall> => {
    const parsed = parseParams(params, raw);
    return parsed.ok ? { ok: true, value: callOf(parsed.value) } : parsed;
  };
  return { method, summary, params, result, parse };
}

function command<T>(
  method: string,
  summary: string,
  params: z.ZodMiniType<T>,
  result: z.ZodMiniType,
  commandOf: (params: T) => RoomCommand,
): RoomMethod {
  return call(method, summary, params, result, (value) => ({ kind: 'command', command: commandOf(value) }));
}
