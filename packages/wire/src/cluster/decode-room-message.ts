/** What nodes say about rooms, as it came: words for numbers, then one check by the schema of its kind. */
import { type ErrorCode, errorCodes } from '../errors.ts';
import type { RoomActor, RoomResult } from '../rooms/room-commands.ts';
import type { Parsed } from '../schemas/parse.ts';
import { traceparentOf } from '../schemas/room-request.ts';
import { check, jsonObject, ofKind } from './check.ts';
import * as command from './command-schemas.ts';
import { actorFromProto, answerFromJson, entriesFromProto, roomFields } from './decode-room.ts';
import { presences, refusals, roles } from './enumerations.ts';
import type * as pb from './gen/cluster.ts';
import type { LinkMessage } from './link-message.ts';
import * as rooms from './room-schemas.ts';

type RoomKind = Extract<
  NonNullable<pb.Message['kind']>,
  {
    $case:
      | 'directory'
      | 'follow'
      | 'unfollow'
      | 'following'
      | 'notFollowing'
      | 'deliver'
      | 'forward'
      | 'forwarded'
      | 'presence'
      | 'typing';
  }
>;
type RoomMessage = LinkMessage;

export function roomMessage(kind: RoomKind): Parsed<RoomMessage> {
  switch (kind.$case) {
    case 'directory':
      return ofKind('directory', rooms.directory, { ...kind.value, rooms: kind.value.rooms.map(roomFields) });
    case 'follow':
      return ofKind('follow', rooms.follow, kind.value);
    case 'unfollow':
      return ofKind('unfollow', rooms.unfollow, kind.value);
    case 'following':
      return followingOf(kind.value);
    case 'notFollowing': {
      const { room, reason } = kind.value;
      return ofKind('notFollowing', rooms.notFollowing, { room, reason: refusals.toWord(reason) });
    }
    case 'deliver':
      return deliverOf(kind.value);
    case 'forward':
      return forwardOf(kind.value);
    case 'forwarded':
      return forwardedOf(kind.value);
    case 'presence': {
      const persons = kind.value.persons.map(({ person, presence }) => ({
        person,
        presence: presences.toWord(presence),
      }));
      return ofKind('presence', rooms.presenceChange, { room: kind.value.room, persons });
    }
    case 'typing':
      return ofKind('typing', rooms.typing, kind.value);
  }
}

function followingOf({ room, members, pinned, base, commit }: pb.Following): Parsed<RoomMessage> {
  const words = members.map((each) => ({
    ...each,
    role: roles.toWord(each.role),
    presence: presences.toWord(each.presence),
  }));
  const snapshot = { room: roomFields(room), members: words, pinned };
  return ofKind('following', rooms.following, { snapshot, base, commit });
}

function deliverOf({ entries, trace, ...rest }: pb.Deliver): Parsed<RoomMessage> {
  const head = check(rooms.deliver, { ...rest, ...traced(trace), kind: 'deliver' }, 'deliver');
  if (!head.ok) return head;
  const checked = entriesFromProto(entries);
  return checked.ok ? { ok: true, value: { ...head.value, entries: checked.value } } : checked;
}

/** A command as it came, from a link or from a program that calls `Deliver`. */
export function forwardOf(forward: pb.Forward): Parsed<Extract<RoomMessage, { readonly kind: 'forward' }>> {
  const { id, actor, kind, room, commandJson, trace } = forward;
  const head = check(command.forwardHead, { kind: 'forward', id }, 'forward');
  if (!head.ok) return head;
  const asked = check(command.orderedCommand, { ...jsonObject(commandJson), kind, room }, 'command');
  if (!asked.ok) return asked;
  const reads = asked.value.kind === 'history' && asked.value.open === true;
  const who = reads && actor?.person === '' ? check(command.nobody, actor, 'actor') : actorFromProto(actor);
  if (!who.ok) return who;
  return {
    ok: true,
    value: { ...head.value, actor: who.value as RoomActor, command: asked.value, ...traced(trace) },
  };
}

function forwardedOf({ id, result }: pb.Forwarded): Parsed<RoomMessage> {
  const head = check(command.forwardedHead, { kind: 'forwarded', id }, 'forwarded');
  if (!head.ok) return head;
  const checked = resultOf(result);
  return checked.ok ? { ok: true, value: { ...head.value, result: checked.value } } : checked;
}

const maxSentenceChars = 1_024;
const knownCodes: ReadonlySet<string> = new Set(errorCodes);

function resultOf(result: pb.Forwarded['result']): Parsed<RoomResult> {
  if (result === undefined) return { ok: false, reason: 'result is missing' };
  if (result.$case === 'valueJson') {
    const value = answerFromJson(result.value);
    return value.ok ? { ok: true, value: { ok: true, value: value.value } } : value;
  }
  const { code, message } = result.value;
  // A code of a later version: its sentence still says what to do.
  const known = knownCodes.has(code) ? (code as ErrorCode) : 'internal';
  return { ok: true, value: { ok: false, code: known, message: message.slice(0, maxSentenceChars) } };
}

/** A trace that is not valid counts as absent, as W3C Trace Context says. */
function traced(trace: string): { readonly trace?: string } {
  const valid = traceparentOf({ traceparent: trace });
  return valid === undefined ? {} : { trace: valid };
}
