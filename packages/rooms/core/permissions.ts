/** Who may do what in a room (design, section 5): the owner, who moderates, members, readers; an operator of the node. */
import type { OrderedCommand, RoomActor, RoomResult } from '@bothy/wire';
import type { Room } from './room.ts';
import { refusal } from './step.ts';

type Refusal = Extract<RoomResult, { ok: false }>;

const rank = { reader: 0, member: 1, moderator: 2, owner: 3, operator: 4 } as const;

/** Undefined when the actor may; what the target of an edit or redaction allows is asked later. */
export function refuses(room: Room, actor: RoomActor, command: OrderedCommand): Refusal | undefined {
  if (command.kind === 'join') return mayJoin(room, actor);
  const member = room.members.get(actor.person);
  if (command.kind === 'delete') {
    if (actor.operator) return undefined;
    // Who was banned, or asked back in, keeps a role that counts for nothing meanwhile.
    if (member?.standing !== 'member') return notAMember(room, actor);
    if (member.role === 'owner') return undefined;
    return refusal('not_the_owner', 'Only an owner of this room, or an operator, can delete it.');
  }
  if (command.kind === 'history' && command.open === true && room.visibility === 'public') return undefined;
  const isModerating = actor.operator && moderates.has(command.kind);
  if (member?.standing !== 'member' && !isModerating) return notAMember(room, actor);
  const own = actor.operator ? rank.operator : rank[member?.role ?? 'reader'];
  if (moderates.has(command.kind) && own < rank.moderator && !isOpenInvitation(room, command)) {
    return refusal('not_the_owner', 'Only an owner or a moderator of this room can do this.');
  }
  if (command.kind === 'setRole') return maySetRole(room, own, command);
  if (command.kind === 'ban') return mayBan(room, actor, own, command);
  if (writes.has(command.kind) && own < rank.member) {
    return refusal('forbidden', 'You may read in this room, not write. Its owner can change that.');
  }
  return undefined;
}

const moderates: ReadonlySet<string> = new Set(['pin', 'invite', 'setRole', 'ban', 'update']);
const writes: ReadonlySet<string> = new Set(['send', 'edit', 'react', 'typing']);

/** To redact: one's own, or as who moderates. */
export function mayRedact(room: Room, actor: RoomActor, author: string): boolean {
  const member = room.members.get(actor.person);
  return actor.operator || author === actor.person || rank[member?.role ?? 'reader'] >= rank.moderator;
}

/** Into a public room everybody who is in it may bring others. */
function isOpenInvitation(room: Room, command: OrderedCommand): boolean {
  return command.kind === 'invite' && room.visibility === 'public';
}

function mayJoin(room: Room, actor: RoomActor): Refusal | undefined {
  const standing = room.members.get(actor.person)?.standing;
  const isHidden = room.visibility === 'private' && !room.isKnownTo(actor.person);
  if (standing === 'banned' && (!isHidden || actor.operator))
    return refusal('banned', 'You were banned from this room. An owner of it can lift that.');
  if (!isHidden || actor.operator) return undefined;
  // That a private room exists is nobody's business.
  return refusal('room_not_found', 'There is no such room, or it needs an invitation.');
}

export function notAMember(room: Room, actor: RoomActor): Refusal {
  const hidden = room.visibility === 'private' && !room.isKnownTo(actor.person);
  if (hidden) return refusal('room_not_found', 'There is no such room, or it needs an invitation.');
  return refusal('not_a_member', 'You are not a member of this room. Join it first.');
}

function maySetRole(
  room: Room,
  own: number,
  command: Extract<OrderedCommand, { kind: 'setRole' }>,
): Refusal | undefined {
  const other = room.members.get(command.person);
  if (other?.standing !== 'member') {
    return refusal('not_a_member', 'That person is not a member of this room.');
  }
  if (own < rank.owner) return refusal('not_the_owner', 'Only an owner of this room gives roles.');
  if (command.role === 'owner' && !other.verified) {
    return refusal('forbidden', 'A guest cannot own a room: nobody could prove to be them later.');
  }
  const owners = [...room.members.values()].filter(({ role, standing }) => {
    return role === 'owner' && standing === 'member';
  });
  if (other.role === 'owner' && command.role !== 'owner' && owners.length === 1) {
    return refusal('forbidden', 'This is the last owner. Make somebody else an owner first.');
  }
  return undefined;
}

function mayBan(
  room: Room,
  actor: RoomActor,
  own: number,
  { person }: Extract<OrderedCommand, { kind: 'ban' }>,
): Refusal | undefined {
  if (person === actor.person)
    return refusal('bad_request', 'Nobody can ban themselves. Leave the room instead.');
  const other = room.members.get(person);
  if (other?.standing === 'member' && rank[other.role] >= own) {
    return refusal('forbidden', 'Only who stands higher in this room can ban that person.');
  }
  return undefined;
}
