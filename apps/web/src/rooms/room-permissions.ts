/** What somebody may do in a room, so that nothing is offered that the node would refuse. The node decides. */
import type { Author, RoomInfo, RoomMember, RoomRole } from '@bothy/wire';

const rank = { reader: 0, member: 1, moderator: 2, owner: 3 } as const satisfies Record<RoomRole, number>;

export interface RoomPermissions {
  readonly write: boolean;
  readonly pin: boolean;
  readonly invite: boolean;
  readonly update: boolean;
  readonly remove: boolean;
  readonly giveRoles: boolean;
  readonly redact: (author: Author | string) => boolean;
  readonly ban: (member: RoomMember) => boolean;
}

export function permissionsOf(
  me: Author | undefined,
  role: RoomRole | undefined,
  room: Pick<RoomInfo, 'visibility'> | undefined,
): RoomPermissions {
  const own = role === undefined ? -1 : rank[role];
  const moderates = own >= rank.moderator;
  return {
    write: own >= rank.member,
    pin: moderates,
    // Into a public room everybody who is in it may bring others.
    invite: moderates || (own >= 0 && room?.visibility === 'public'),
    update: moderates,
    remove: own >= rank.owner,
    giveRoles: own >= rank.owner,
    redact: (author) => moderates || (own >= 0 && author === me),
    ban: (member) => moderates && member.person !== me && rank[member.role] < own,
  };
}
