/** Why a permitted command cannot become an entry. */
import type { RoomActor, RoomEntry, RoomResult } from '@bothy/wire';
import { bounds } from './config.ts';
import type { Check, EntryCommand } from './entry-content.ts';
import { mayRedact } from './permissions.ts';
import type { Room } from './room.ts';
import { refusal } from './step.ts';

/** Why a command cannot become an entry, though its author may give it. */
export function objection(
  room: Room,
  actor: RoomActor,
  command: EntryCommand,
  { target }: Check,
): Extract<RoomResult, { ok: false }> | undefined {
  switch (command.kind) {
    case 'join':
      if (
        command.after !== undefined &&
        (command.after.epoch !== room.epoch || command.after.seq > room.lastSeq)
      ) {
        const { epoch, seq } = command.after;
        return refusal(
          'bad_request',
          `This log ends at ${room.epoch}/${room.lastSeq}: it has no position ${epoch}/${seq}. Join without one.`,
        );
      }
      if (room.isMember(actor.person) || room.members.size < bounds.membersPerRoom) return undefined;
      return refusal(
        'limit_reached',
        `This room has ${bounds.membersPerRoom} members, which is as many as fit.`,
      );
    case 'invite':
      if (room.members.get(command.person)?.standing === 'banned') {
        return refusal('banned', 'That person is banned from this room. Lift the ban first.');
      }
      if (room.isMember(command.person)) return refusal('bad_request', 'That person is a member already.');
      if (room.members.size < bounds.membersPerRoom) return undefined;
      return refusal(
        'limit_reached',
        `This room has ${bounds.membersPerRoom} members, which is as many as fit.`,
      );
    case 'ban':
      if (command.on || room.members.get(command.person)?.standing === 'banned') return undefined;
      return refusal('bad_request', 'That person is not banned.');
    case 'send':
      if (command.replyTo === undefined || command.replyTo <= room.lastSeq) return undefined;
      return refusal('target_not_found', 'The message that this replies to does not exist.');
    case 'edit':
    case 'redact':
    case 'react':
    case 'pin':
      return targetObjection(room, actor, command, target);
    default:
      return undefined;
  }
}

function targetObjection(
  room: Room,
  actor: RoomActor,
  command: Extract<EntryCommand, { target: number }>,
  target: RoomEntry | null,
): Extract<RoomResult, { ok: false }> | undefined {
  if (target?.content.kind !== 'message' || target.content.body === null) {
    return refusal('target_not_found', 'There is no such message in this room, or it was taken away.');
  }
  if (command.kind === 'edit' && target.author !== actor.person) {
    return refusal('forbidden', 'Only its author can change a message.');
  }
  if (command.kind === 'redact' && !mayRedact(room, actor, target.author)) {
    return refusal('not_the_owner', 'Only its author, or who moderates this room, can take a message away.');
  }
  if (command.kind === 'pin' && command.on && room.pinned.length >= bounds.pinned) {
    return refusal('limit_reached', `A room has at most ${bounds.pinned} pinned messages. Unpin one first.`);
  }
  return undefined;
}
