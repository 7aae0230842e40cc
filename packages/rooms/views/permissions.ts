/**
 * What a person may do in a room now, so that nothing is offered that would be refused. The room's administrator
 * decides (core/permissions.ts); a test compares the two.
 */
import type { Author, RoomInfo, RoomMember, RoomRole } from '@bothy/wire';
import type { RoomMessage } from './timeline.ts';

export interface Viewer {
  readonly person: Author;
  /** Of the node that orders the room. */
  readonly operator: boolean;
}

export interface RoomPermissions {
  readonly isMember: boolean;
  /** To write and to react. */
  readonly write: boolean;
  readonly pin: boolean;
  readonly invite: boolean;
  /** To change name, description and visibility. */
  readonly update: boolean;
  readonly delete: boolean;
  readonly edit: (message: RoomMessage) => boolean;
  readonly redact: (message: RoomMessage) => boolean;
  readonly giveRole: (other: RoomMember, role: RoomRole) => boolean;
  readonly ban: (other: RoomMember) => boolean;
}

const rank: Readonly<Record<RoomRole, number>> = { reader: 0, member: 1, moderator: 2, owner: 3 };
/** Above every owner. */
const operatorRank = 4;

export function permissionsIn(
  room: Pick<RoomInfo, 'visibility' | 'state'>,
  members: readonly RoomMember[],
  { person, operator }: Viewer,
): RoomPermissions {
  const me = members.find((each) => each.person === person);
  const isMember = me !== undefined;
  const own = operator ? operatorRank : me === undefined ? -1 : rank[me.role];
  // While a room is being deleted, and once it is, nothing new is taken.
  const isOpen = room.state !== 'deleting' && room.state !== 'deleted';
  const moderates = isOpen && own >= rank.moderator;
  const owners = members.filter(({ role }) => role === 'owner').length;
  return {
    isMember,
    write: isOpen && isMember && own >= rank.member,
    pin: moderates,
    invite: moderates || (isOpen && isMember && room.visibility === 'public'),
    update: moderates,
    delete: isOpen && (operator || me?.role === 'owner'),
    edit: (message) =>
      isOpen && isMember && own >= rank.member && message.author === person && message.redacted === undefined,
    redact: (message) =>
      isOpen &&
      isMember &&
      message.redacted === undefined &&
      (message.author === person || own >= rank.moderator),
    giveRole: (other, role) =>
      isOpen &&
      own >= rank.owner &&
      other.role !== role &&
      (role !== 'owner' || other.verified) &&
      !(other.role === 'owner' && owners === 1),
    ban: (other) => moderates && other.person !== person && rank[other.role] < own,
  };
}
